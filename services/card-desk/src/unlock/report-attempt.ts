import type { DeskAnswer, DeskRequest } from '../../../../src/core/contract/card-desk.ts';
import { type Desk, done, type Outcome } from '../desk.ts';
import { takeReport } from '../journey/journey.ts';
import { audit } from '../store/audit-chain.ts';
import { pukStateOf, type StoredCard, savePukState } from '../store/cards.ts';
import type { Sql } from '../store/database.ts';
import { type StoredJourney, saveJourney } from '../store/journeys.ts';
import { putMessage } from '../store/outbox.ts';
import { addressesOf } from '../store/people.ts';
import { countEnd, endOf, refusalOf, viewOf, withJourney } from './journey-access.ts';
import { sealed } from './prove-card.ts';
import { applyCodeChange } from './unblocking-codes.ts';

/** The owner learns of an unlock through a day of trouble with the mail. */
const TOLD_WITHIN_MS = 24 * 60 * 60_000;

export async function reportAttempt(
  desk: Desk,
  { parameters, body, token }: DeskRequest<'report'> & { readonly token: string },
): Promise<Outcome<DeskAnswer<'report'>>> {
  const now = desk.now();
  const outcome = await withJourney(desk, { unlock: parameters.unlock, token }, async (sql, { stored, card }) => {
    if (card === null || card.released_to !== stored.id) return refusalOf('out-of-order', stored);
    const report = { number: Number(parameters.attempt), result: body.result, triesLeft: body.triesLeft };
    const step = takeReport(stored.journey, report, pukStateOf(card), now.getTime());
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
    if (stored.journey.phase !== 'unlocked' && step.journey.phase === 'unlocked') {
      await tellOwner(desk, sql, after, card, now);
    }
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
  desk.wake();
  return outcome;
}

/** By email if there is one: it stays to be read, and does not show on a locked telephone. */
async function tellOwner(desk: Desk, sql: Sql, stored: StoredJourney, card: StoredCard, now: Date): Promise<void> {
  if (card.person_id === null) return;
  const addresses = await addressesOf(sql, desk.ring(), card.person_id);
  const address = addresses.find(({ kind }) => kind === 'email') ?? addresses[0];
  if (address === undefined) return;
  const message = { channel: address.kind, to: address.value, language: stored.language, code: null };
  const expiresAt = new Date(now.getTime() + TOLD_WITHIN_MS);
  await putMessage(sql, desk.ring(), 'unlocked', message, { now, expiresAt });
}
