import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from '../secrets/key-ring.ts';

/** Six digits, each as likely as any. */
export const newCode = (): string => String(randomInt(1_000_000)).padStart(6, '0');

/** Kept where no code was sent: no code has this hash. */
export const hashOfNoCode = (): Buffer => randomBytes(32);

export function isCode(
  ring: KeyRing,
  kept: { readonly keyId: string; readonly hash: Uint8Array },
  purpose: string,
  code: string,
): boolean {
  return timingSafeEqual(ring.hashOfCode(kept.keyId, purpose, code), kept.hash);
}
