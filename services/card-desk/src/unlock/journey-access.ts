import type { Unlock } from '../../../../src/core/contract/card-desk/shapes.ts';
import { type Desk, type Outcome, refused } from '../desk.ts';
import { atTime, type Journey, type Refusal } from '../journey/journey.ts';
import type { AuditEntry } from '../store/audit-chain.ts';
import { lockCard, type StoredCard } from '../store/cards.ts';
import type { Sql } from '../store/database.ts';
import { findJourney, lockJourney, type StoredJourney } from '../store/journeys.ts';
import { isToken } from './bearer-token.ts';

export function viewOf({ id, journey }: StoredJourney): Unlock {
  const { kind, phase, failure, codeTriesLeft, expiresAt } = journey;
  return { id, kind, phase, failure, codeTriesLeft, expiresAt: new Date(expiresAt).toISOString() };
}

export type Held = { readonly stored: StoredJourney; readonly card: StoredCard | null };

/**
 * The journey and its card, held until the end of the transaction. The card is held first: all journeys of a card go one
 * after the other, and none waits for another that waits for it. An unknown journey and a wrong token are the same.
 */
export async function withJourney<Answer>(
  desk: Desk,
  ask: { readonly unlock: string; readonly token: string },
  work: (sql: Sql, held: Held) => Promise<Outcome<Answer>>,
): Promise<Outcome<Answer>> {
  return await desk.database.transaction(async (sql) => {
    const found = await findJourney(sql, ask.unlock);
    if (found === null || !isToken(ask.token, found.tokenHash)) return refused('Desk_NotFound');
    const card = await lockCard(sql, found.cardId);
    const stored = await lockJourney(sql, ask.unlock);
    if (stored === null) return refused('Desk_NotFound');
    return await work(sql, { stored, card });
  });
}

/** What a step that was not taken is answered with. */
export function refusalOf(refusal: Refusal, stored: StoredJourney): Outcome<never> {
  const unlock = viewOf(stored);
  switch (refusal) {
    case 'out-of-order':
      return refused('Desk_OutOfOrder', { unlock });
    case 'over':
      return refused('Desk_Over', { unlock });
    case 'code-wrong':
      return refused('Desk_CodeWrong', { unlock, triesLeft: unlock.codeTriesLeft });
    case 'not-proven':
      return refused('Desk_CardNotProven', { unlock });
  }
}

/** The end of a journey, if this step was it, for the audit. */
export function endOf(before: StoredJourney, after: Journey): AuditEntry[] {
  const { id, cardId } = before;
  if (before.journey.phase === after.phase) return [];
  if (after.phase === 'unlocked') return [{ event: 'unlocked', journey: id, card: cardId, kind: after.kind }];
  return after.phase === 'failed' ? [{ event: 'unlock-failed', journey: id, card: cardId, why: after.failure }] : [];
}

export function countEnd(desk: Desk, before: Journey, after: Journey): void {
  if (before.phase === after.phase || (after.phase !== 'unlocked' && after.phase !== 'failed')) return;
  desk.metrics.count('card_desk_journeys_total', { kind: after.kind, outcome: after.failure ?? after.phase });
}

export const seenAt = (stored: StoredJourney, now: Date): StoredJourney => ({
  ...stored,
  journey: atTime(stored.journey, now.getTime()),
});
