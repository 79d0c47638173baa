import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { Release } from '../contract/card-desk/shapes.ts';

/**
 * Unblocking codes on their way from the desk to one agent: sealed to an X25519 key that the agent has made for this release,
 * so that they are no strings at either end, and none in a proxy, a log or a dump of requests.
 */

/** The code to use and the one to change to; null: there is no change to make now. The caller overwrites both after use. */
export type ReleasedCodes = { readonly puk: Uint8Array; readonly next: Uint8Array | null };
export type ReleaseBinding = { readonly unlock: string; readonly attempt: number; readonly mode: Release['mode'] };

const NONCE = 12;
const TAG = 16;
const MAX_CODE = 16;
const PLAIN = 2 * (1 + MAX_CODE);

/** A key pair for one release; the public half goes into the proof. */
export function makeReleaseKey(): { readonly privateKey: KeyObject; readonly publicKey: Uint8Array } {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }) };
}

/** With a point of low order every key agrees on nothing (RFC 7748 section 6.1), and with any other point none does. */
const TRIAL = generateKeyPairSync('x25519').privateKey;

/** The agent's public key, or null if it is none, or one with which no secret can be agreed. */
export function releaseKeyOf(spki: Uint8Array): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' });
    if (key.asymmetricKeyType !== 'x25519') return null;
    diffieHellman({ privateKey: TRIAL, publicKey: key }).fill(0);
    return key;
  } catch {
    return null;
  }
}

export function sealRelease(recipient: KeyObject, binding: ReleaseBinding, codes: ReleasedCodes): Release['box'] {
  const { privateKey, publicKey } = makeReleaseKey();
  const key = keyOf(diffieHellman({ privateKey, publicKey: recipient }), publicKey, spkiOf(recipient));
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound(binding));
  const plain = encode(codes);
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  plain.fill(0);
  key.fill(0);
  return {
    key: Buffer.from(publicKey).toString('base64'),
    sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64'),
  };
}

/** Throws for a box that was not sealed to this key and for this journey, attempt and mode. */
export function openRelease(privateKey: KeyObject, binding: ReleaseBinding, box: Release['box']): ReleasedCodes {
  const sender = releaseKeyOf(Buffer.from(box.key, 'base64'));
  if (sender === null) throw new Error('no key in the release');
  const own = spkiOf(createPublicKey(privateKey));
  const key = keyOf(diffieHellman({ privateKey, publicKey: sender }), spkiOf(sender), own);
  // Deciphered before the tag is judged: whatever throws, nothing of it stays.
  const parts: Buffer[] = [];
  try {
    const sealed = Buffer.from(box.sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(bound(binding))
      .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
    parts.push(decipher.update(sealed.subarray(NONCE + TAG)));
    parts.push(decipher.final());
    // GCM is a stream: what it deciphers comes whole, and the end adds nothing.
    const [plain] = parts;
    if (plain?.length !== PLAIN) throw new Error('no codes in the release');
    return decode(plain);
  } finally {
    for (const secret of [key, ...parts]) secret.fill(0);
  }
}

const spkiOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });

function keyOf(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Buffer {
  const salt = Buffer.concat([ephemeral, recipient]);
  try {
    return Buffer.from(hkdfSync('sha256', shared, salt, 'Wardkey card desk: release', 32));
  } finally {
    shared.fill(0);
  }
}

const bound = ({ unlock, attempt, mode }: ReleaseBinding) => Buffer.from(`${unlock}\0${attempt}\0${mode}`);

/** Each code as its length and its octets; an absent one has length 0. Always the same size: the mode is not secret, the lengths are. */
function encode({ puk, next }: ReleasedCodes): Buffer {
  if (puk.length === 0 || puk.length > MAX_CODE || (next?.length ?? 0) > MAX_CODE) throw new RangeError('code length');
  const plain = Buffer.alloc(PLAIN);
  for (const [i, code] of [puk, next ?? new Uint8Array(0)].entries()) {
    plain[i * (1 + MAX_CODE)] = code.length;
    plain.set(code, i * (1 + MAX_CODE) + 1);
  }
  return plain;
}

function decode(plain: Buffer): ReleasedCodes {
  const [puk, next] = [0, 1 + MAX_CODE].map((at) => {
    const length = plain[at] ?? 0;
    // Memory of its own, which can be overwritten.
    const code = new Uint8Array(new ArrayBuffer(Math.min(length, MAX_CODE)));
    code.set(plain.subarray(at + 1, at + 1 + code.length));
    return code;
  });
  if (puk === undefined || puk.length === 0) {
    next?.fill(0);
    throw new Error('no code in the release');
  }
  return { puk, next: next === undefined || next.length === 0 ? null : next };
}
