import type { DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import type { Unlock } from '../../../../src/core/contract/card-desk/shapes.ts';
import { type Desk, done, type Outcome } from '../desk.ts';
import { tryCode } from '../journey/journey.ts';
import { audit } from '../store/audit-chain.ts';
import { saveJourney } from '../store/journeys.ts';
import { countEnd, endOf, refusalOf, seenAt, viewOf, withJourney } from './journey-access.ts';
import { isCode } from './security-code.ts';

type Ask<Name extends 'unlock' | 'checkCode'> = DeskRequest<Name> & { readonly token: string };

/** Where the journey stands; what time has done to it is written by the next step or by the sweeper. */
export async function showUnlock(desk: Desk, { parameters, token }: Ask<'unlock'>): Promise<Outcome<Unlock>> {
  const now = desk.now();
  return await withJourney(desk, { ...parameters, token }, async (_, { stored }) => done(viewOf(seenAt(stored, now))));
}

export async function checkCode(desk: Desk, { parameters, body, token }: Ask<'checkCode'>): Promise<Outcome<Unlock>> {
  const now = desk.now();
  return await withJourney(desk, { ...parameters, token }, async (sql, { stored }) => {
    const right = isCode(desk.ring(), stored.code, stored.id, body.code);
    const { journey, refusal } = tryCode(stored.journey, right, now.getTime());
    const after = { ...stored, journey };
    await saveJourney(sql, after);
    const told = { journey: stored.id, card: stored.cardId };
    await audit(
      sql,
      now,
      ...(refusal === null ? [{ event: 'code-right', ...told } as const] : []),
      ...(refusal === 'code-wrong' ? [{ event: 'code-wrong', ...told, left: journey.codeTriesLeft } as const] : []),
      ...endOf(stored, journey),
    );
    countEnd(desk, stored.journey, journey);
    return refusal === null ? done(viewOf(after)) : refusalOf(refusal, after);
  });
}
