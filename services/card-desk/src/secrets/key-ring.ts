import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * The keys that secrets at rest are sealed with. The first one seals; the others open what was sealed before the keys were
 * rotated. Each is 256 bits and is used through keys derived from it, one for each purpose.
 */

export type Sealed = { readonly keyId: string; readonly octets: Uint8Array };

export class KeyRingError extends Error {
  override readonly name: string = 'KeyRingError';
}

/** It is another instance's, which was given its keys before this one, or of a key that was taken out too early. */
export class KeyNotHere extends KeyRingError {
  override readonly name = 'KeyNotHere';

  /** @param keyId which names no secret */
  constructor(keyId: string) {
    super(`the key ${keyId} is not in the key ring`);
  }
}

const KEY = 32;
const NONCE = 12;
const TAG = 16;
const VERSION = 1;

type Key = { readonly sealing: Buffer; readonly codes: Buffer; readonly pseudonyms: Buffer };

export class KeyRing {
  /** Of the key that seals. */
  readonly active: string;
  private readonly keys: ReadonlyMap<string, Key>;

  /** @param keys id and 32 octets each, the sealing one first */
  constructor(keys: ReadonlyArray<{ readonly id: string; readonly octets: Uint8Array }>) {
    const [first] = keys;
    if (first === undefined) throw new KeyRingError('there is no key');
    this.active = first.id;
    this.keys = new Map(keys.map(({ id, octets }) => [id, derived(id, octets)]));
    if (this.keys.size !== keys.length) throw new KeyRingError('two keys have the same id');
  }

  get ids(): readonly string[] {
    return [...this.keys.keys()];
  }

  has(keyId: string): boolean {
    return this.keys.has(keyId);
  }

  /**
   * @param place what the secret belongs to, such as `card/ID/puk`: elsewhere it does not open.
   * @param keyId another key than the first, for a text by which it is known again
   */
  seal(place: string, secret: Uint8Array, keyId: string = this.active): Sealed {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.key(keyId).sealing, nonce).setAAD(Buffer.from(place));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    return { keyId, octets: Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), text]) };
  }

  /** Throws a {@link KeyRingError} for what was sealed elsewhere, or by a key that is not here. The caller overwrites the secret. */
  open(place: string, { keyId, octets }: Sealed): Buffer {
    const { sealing } = this.key(keyId);
    if (octets[0] !== VERSION || octets.length < 1 + NONCE + TAG) throw new KeyRingError('not a sealed secret');
    const nonce = octets.subarray(1, 1 + NONCE);
    const tag = octets.subarray(1 + NONCE, 1 + NONCE + TAG);
    try {
      const decipher = createDecipheriv('aes-256-gcm', sealing, nonce, { authTagLength: TAG })
        .setAAD(Buffer.from(place))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(octets.subarray(1 + NONCE + TAG)), decipher.final()]);
    } catch {
      throw new KeyRingError('a sealed secret does not open where it is');
    }
  }

  /** The same, and null for what was tampered with or moved; a key that is not here still throws. */
  openIfWhole(place: string, sealed: Sealed): Buffer | null {
    try {
      return this.open(place, sealed);
    } catch (error) {
      if (error instanceof KeyNotHere || !(error instanceof KeyRingError)) throw error;
      return null;
    }
  }

  /** What is kept of a code of six digits: without the key, all million of them would be tried in a moment. */
  hashOfCode(keyId: string, journey: string, code: string): Buffer {
    return createHmac('sha256', this.key(keyId).codes).update(`${journey}\0${code}`).digest();
  }

  /** Stands for an address, a card or a source where they are counted: the same for the same one, and nobody reads it back. */
  pseudonym(kind: string, value: string): Buffer {
    return createHmac('sha256', this.key(this.active).pseudonyms).update(`${kind}\0${value}`).digest();
  }

  private key(id: string): Key {
    const key = this.keys.get(id);
    if (key === undefined) throw new KeyNotHere(id);
    return key;
  }
}

function derived(id: string, octets: Uint8Array): Key {
  if (!/^[\w.-]{1,32}$/.test(id)) throw new KeyRingError('a key id is 1 to 32 letters, digits, dots, hyphens');
  if (octets.length !== KEY) throw new KeyRingError(`the key ${id} is not ${KEY} octets`);
  const of = (purpose: string) => Buffer.from(hkdfSync('sha256', octets, '', `card desk: ${purpose}`, KEY));
  return { sealing: of('sealing'), codes: of('codes'), pseudonyms: of('pseudonyms') };
}

/** Lines of `id base64`, the sealing key first; empty lines and those that begin with `#` are left out. */
export function parseKeyRing(text: string): KeyRing {
  const lines = text.split(/[\n;]/).map((line) => line.trim());
  const keys = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, id, key] = /^(\S+)\s+([A-Za-z0-9+/]{43}=)$/.exec(line) ?? [];
      if (id === undefined || key === undefined) throw new KeyRingError('a line of the key ring is not `id base64`');
      return { id, octets: Buffer.from(key, 'base64') };
    });
  const ring = new KeyRing(keys);
  for (const { octets } of keys) octets.fill(0);
  return ring;
}

/** A new line for a key ring. */
export function newKeyLine(id: string): string {
  return `${id} ${randomBytes(KEY).toString('base64')}`;
}
