import type { DeskAnswer, DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import { type Desk, done, type Outcome } from '../desk.ts';
import { type Released, type Report, stopped, takeReport } from '../journey/journey.ts';
import { audit } from '../store/audit-chain.ts';
import { pukStateOf, type StoredCard, savePukState } from '../store/cards.ts';
import type { Sql } from '../store/database.ts';
import { type StoredJourney, saveJourney } from '../store/journeys.ts';
import { entitlementOf } from './entitlement.ts';
import { countEnd, endOf, refusalOf, viewOf, withJourney } from './journey-access.ts';
import { sealed } from './prove-card.ts';
import { applyCodeChange } from './unblocking-codes.ts';

export async function reportAttempt(
  desk: Desk,
  { parameters, body, token }: DeskRequest<'report'> & { readonly token: string },
): Promise<Outcome<DeskAnswer<'report'>>> {
  const now = desk.now();
  return await withJourney(desk, { unlock: parameters.unlock, token }, async (sql, { stored, card }) => {
    if (card === null || card.released_to !== stored.id) return refusalOf('out-of-order', stored);
    const report = { number: Number(parameters.attempt), result: body.result, triesLeft: body.triesLeft };
    const step = await stepOf(sql, stored, card, report, now);
    const after = { ...stored, journey: step.journey };
    const isNews = step.refusal === null && step.journey.reported !== stored.journey.reported;
    if (isNews) {
      await applyCodeChange(sql, desk.ring(), card.id, step.codes);
      await savePukState(sql, card.id, step.puk, stored.id);
    }
    await saveJourney(sql, after);
    const release =
      step.release === null || stored.releaseKey === null
        ? null
        : await sealed(desk, sql, after, step.release, stored.releaseKey);
    const told = { journey: stored.id, card: card.id };
    await audit(
      sql,
      now,
      ...(isNews
        ? [
            {
              event: 'puk-reported',
              ...told,
              attempt: report.number,
              result: report.result,
              puk: step.puk.condition,
            } as const,
          ]
        : []),
      ...(isNews && step.release !== null
        ? [{ event: 'puk-released', ...told, attempt: step.release.number, mode: step.release.mode } as const]
        : []),
      ...endOf(stored, step.journey),
    );
    countEnd(desk, stored.journey, step.journey);
    return step.refusal === null ? done({ unlock: viewOf(after), release }) : refusalOf(step.refusal, after);
  });
}

/** What happened is true, whoever has stopped the unlock meanwhile; whether something more is handed out is judged anew. */
async function stepOf(sql: Sql, stored: StoredJourney, card: StoredCard, report: Report, now: Date): Promise<Released> {
  const at = now.getTime();
  const puk = pukStateOf(card);
  const taken = takeReport(stored.journey, report, puk, at);
  if (taken.release === null) return taken;
  const stop = card.state === 'active' ? STOP[(await entitlementOf(sql, stored, card, now)).kind] : 'card-not-active';
  return stop === null ? taken : takeReport(stopped(stored.journey, stop, at), report, puk, at);
}

const STOP = { entitled: null, 'not-authorised': 'expired', 'profile-changed': 'profile-changed' } as const;
