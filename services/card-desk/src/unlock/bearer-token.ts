import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits that the bearer shows, of which the desk keeps the hash. */
export function newToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashOfToken(token) };
}

export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest();

export function isToken(token: string, hash: Uint8Array): boolean {
  const own = hashOfToken(token);
  return own.length === hash.length && timingSafeEqual(own, hash);
}
