import { CERTIFICATE_SLOTS } from '../contract/card-process.ts';
import type { AgentEffect } from './effects.ts';
import { daysLeft, rungFor } from './expiry.ts';
import type { Reduced } from './reduce.ts';
import { warnOfRevocation } from './revocation-warnings.ts';
import {
  type AgentState,
  type AlertRecord,
  type CardSlot,
  cardIn,
  MAX_ALERT_RECORDS,
  sameLogin,
  withSlot,
} from './state.ts';

/**
 * Warns of every certificate of an active card that stands on the ladder: once for each login and certificate, also when
 * the agent was restarted in between, or a certificate was read only after the sign-in. Those above it, and what is known of
 * its revocation, end too.
 */
export function warnOfExpiry(state: AgentState, reader: string): Reduced {
  const card = cardIn(state, reader);
  const session = card?.session ?? null;
  if (card === null || session === null) return { state, effects: [] };
  const now = state.clock.wall;
  const effects: AgentEffect[] = [];
  const records: AlertRecord[] = [];
  const alerted = new Set(session.alerted);
  for (const slot of CERTIFICATE_SLOTS) {
    const facts = card.certificates[slot]?.facts;
    if (facts === undefined || facts === null || alerted.has(facts.fingerprint)) continue;
    const { fingerprint, notAfter } = facts;
    const rung = rungFor(notAfter, now, state.policy.expiry.ladderDays);
    if (rung === null) continue;
    alerted.add(fingerprint);
    if (isRemembered(state, session.login, fingerprint)) continue;
    records.push({ login: session.login, fingerprint, rung });
    effects.push({
      type: 'warn-of-expiry',
      login: session.login,
      slot,
      fingerprint,
      rung,
      daysLeft: daysLeft(notAfter, now),
      notAfter,
    });
  }
  effects.push(...warnOfIssuers(state, card, alerted), ...warnOfRevocation(state, card, alerted));
  if (alerted.size === session.alerted.length) return { state, effects };
  const warned = withSlot(state, reader, { ...card, session: { ...session, alerted: [...alerted] } });
  const alerts = { alerts: [...records, ...state.alerts.alerts].slice(0, MAX_ALERT_RECORDS) };
  return { state: records.length > 0 ? { ...warned, alerts } : warned, effects };
}

/** From so many days before its end the user hears of it too: the card will stop working though it is all right itself. */
const ISSUER_TOLD_DAYS = 30;

/** The ladder watches those above the sign-in certificate as well: when one of them ends, no card of this issuer works. */
function warnOfIssuers(state: AgentState, card: CardSlot, alerted: Set<string>): readonly AgentEffect[] {
  const { policy, clock } = state;
  const issuers = card.certificates[policy.certificates.signInSlot]?.verdict.issuers ?? [];
  const effects: AgentEffect[] = [];
  for (const { fingerprint, name, notAfter } of issuers) {
    const rung = rungFor(notAfter, clock.wall, policy.expiry.ladderDays);
    if (rung === null || alerted.has(fingerprint)) continue;
    alerted.add(fingerprint);
    const left = daysLeft(notAfter, clock.wall);
    effects.push({ type: 'issuer-ending', fingerprint, name, rung, daysLeft: left });
    if (left <= ISSUER_TOLD_DAYS) effects.push({ type: 'tell', code: 'Trust_Ending' });
  }
  return effects;
}

function isRemembered(state: AgentState, login: AlertRecord['login'], fingerprint: string): boolean {
  return state.alerts.alerts.some((record) => record.fingerprint === fingerprint && sameLogin(record.login, login));
}
