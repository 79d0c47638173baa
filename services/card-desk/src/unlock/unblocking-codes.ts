import { randomInt } from 'node:crypto';
import type { ReleasedCodes } from '../../../../src/core/card-desk/release-box.ts';
import type { ReleaseMode } from '../../../../src/core/contract/card-desk/shapes.ts';
import type { CodeChange } from '../journey/unblocking.ts';
import type { KeyRing } from '../secrets/key-ring.ts';
import { type CardSecret, deleteCardSecret, openCardSecret, saveCardSecret } from '../store/cards.ts';
import type { Sql } from '../store/database.ts';

/** The two codes of a card as they lie in the database, and what the pure part wants done to them. */

/** Eight octets, as SP 800-73-4 part 2 section 2.4.3 has them; digits, since some cards refuse anything else. */
export function newPuk(): Buffer {
  return Buffer.from(String(randomInt(100_000_000)).padStart(8, '0'));
}

export async function applyCodeChange(sql: Sql, ring: KeyRing, cardId: string, change: CodeChange): Promise<void> {
  switch (change) {
    case 'keep':
      return;
    case 'forget-next':
      await move(sql, ring, cardId, 'next-puk', 'former-puk');
      return;
    case 'drop-next':
      await deleteCardSecret(sql, cardId, 'next-puk');
      return;
    case 'draw':
      await draw(sql, ring, cardId);
      return;
    case 'promote':
      await promote(sql, ring, cardId);
      await deleteCardSecret(sql, cardId, 'next-puk');
      await deleteCardSecret(sql, cardId, 'former-puk');
      return;
    case 'swap':
      await swap(sql, ring, cardId);
      return;
    case 'promote-and-draw':
      await promote(sql, ring, cardId);
      await draw(sql, ring, cardId);
  }
}

/** Written before it is told: whatever happens then, the desk knows it. */
async function draw(sql: Sql, ring: KeyRing, cardId: string): Promise<void> {
  const puk = newPuk();
  await saveCardSecret(sql, ring, cardId, 'next-puk', puk);
  puk.fill(0);
}

async function promote(sql: Sql, ring: KeyRing, cardId: string): Promise<void> {
  const next = await existing(sql, ring, cardId, 'next-puk');
  await saveCardSecret(sql, ring, cardId, 'puk', next);
  next.fill(0);
}

/** Nothing that was ever told is thrown away on somebody's word alone. */
async function move(sql: Sql, ring: KeyRing, cardId: string, from: CardSecret, to: CardSecret): Promise<void> {
  const secret = await openCardSecret(sql, ring, cardId, from);
  if (secret === null) return;
  await saveCardSecret(sql, ring, cardId, to, secret);
  await deleteCardSecret(sql, cardId, from);
  secret.fill(0);
}

async function swap(sql: Sql, ring: KeyRing, cardId: string): Promise<void> {
  const [puk, next] = [await existing(sql, ring, cardId, 'puk'), await existing(sql, ring, cardId, 'next-puk')];
  await saveCardSecret(sql, ring, cardId, 'puk', next);
  await saveCardSecret(sql, ring, cardId, 'next-puk', puk);
  puk.fill(0);
  next.fill(0);
}

/** The former code is the current one, and the current one the former; false: there is no former one. */
export async function takeFormer(sql: Sql, ring: KeyRing, cardId: string): Promise<boolean> {
  const former = await openCardSecret(sql, ring, cardId, 'former-puk');
  if (former === null) return false;
  const current = await existing(sql, ring, cardId, 'puk');
  await saveCardSecret(sql, ring, cardId, 'puk', former);
  await saveCardSecret(sql, ring, cardId, 'former-puk', current);
  await deleteCardSecret(sql, cardId, 'next-puk');
  for (const code of [former, current]) code.fill(0);
  return true;
}

/** The codes for a release of this mode; the caller overwrites them. */
export async function codesFor(sql: Sql, ring: KeyRing, cardId: string, mode: ReleaseMode): Promise<ReleasedCodes> {
  if (mode === 'probe') return { puk: await existing(sql, ring, cardId, 'next-puk'), next: null };
  return { puk: await existing(sql, ring, cardId, 'puk'), next: await existing(sql, ring, cardId, 'next-puk') };
}

async function existing(sql: Sql, ring: KeyRing, cardId: string, kind: CardSecret): Promise<Buffer> {
  const secret = await openCardSecret(sql, ring, cardId, kind);
  if (secret === null) throw new Error(`the card has no ${kind}`);
  return secret;
}
