import { randomBytes } from 'node:crypto';
import type { CardState } from '../../src/simulator/card/card-state.ts';
import { issueCardState } from '../../src/simulator/pki/issue-card.ts';

export type SoakCard = {
  readonly cardId: string;
  readonly state: CardState;
  /** Its sign-in certificate is valid: it can become active. */
  readonly valid: boolean;
};

const VALID_CARDS = 7;
const DAY_MS = 24 * 3_600_000;

/** More cards than readers, all with the well-known test passcode; one has expired. */
export async function issueSoakCards(): Promise<readonly SoakCard[]> {
  const expired = { notBefore: new Date(Date.now() - 30 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) };
  const orders = [...Array.from({ length: VALID_CARDS }, () => null), expired];
  return Promise.all(
    orders.map(async (validity) => {
      const guid = randomBytes(16);
      const state = await issueCardState({ guid, ...(validity === null ? {} : { validity }) });
      return { cardId: guid.toString('hex'), state, valid: validity === null };
    }),
  );
}
