import { type KeyObject, randomBytes } from 'node:crypto';
import { makeReleaseKey, openRelease, type ReleasedCodes } from '../../core/card-desk/release-box.ts';
import type { Release } from '../../core/contract/card-desk/shapes.ts';
import type { Language } from '../../core/contract/view.ts';

const KINDS = ['address', 'code', 'passcode'] as const;
type Kind = (typeof KINDS)[number];

/** What was typed for an unlock and what the desk has released for it: in memory of its own, and overwritten after use. */
export class UnlockSecrets {
  readonly #typed = new Map<Kind, Uint8Array>();
  #startKey: { readonly language: Language; readonly key: string } | null = null;
  #privateKey: KeyObject | null = null;
  #release: Release | null = null;

  /** Takes what was typed; what is handed in is overwritten. */
  put(kind: Kind, typed: Uint8Array): void {
    this.shred(kind);
    const own = new Uint8Array(new ArrayBuffer(typed.length));
    own.set(typed);
    typed.fill(0);
    this.#typed.set(kind, own);
  }

  /** A copy, with the duty to overwrite it; null: it is not kept any more. */
  copyOf(kind: Kind): Uint8Array | null {
    const kept = this.#typed.get(kind);
    if (kept === undefined) return null;
    const copy = new Uint8Array(new ArrayBuffer(kept.length));
    copy.set(kept);
    return copy;
  }

  /** For what goes into JSON, which is text whatever is done. */
  textOf(kind: Kind): string | null {
    const kept = this.#typed.get(kind);
    return kept === undefined ? null : new TextDecoder().decode(kept);
  }

  shred(kind: Kind): void {
    this.#typed.get(kind)?.fill(0);
    this.#typed.delete(kind);
  }

  shredAll(): void {
    for (const kind of KINDS) this.shred(kind);
    this.#startKey = null;
    this.#privateKey = null;
    this.#release = null;
  }

  /** The idempotency key of the start that is under way: its answer is a token. Asked in another language it is another start. */
  startKey(language: Language): string {
    if (this.#startKey?.language !== language) {
      this.#startKey = { language, key: randomBytes(32).toString('base64url') };
    }
    return this.#startKey.key;
  }

  /** The next start is another one. */
  forgetStartKey(): void {
    this.#startKey = null;
  }

  /** A new key for the next release; its public half (SPKI, DER). */
  newReleaseKey(): Uint8Array {
    const { privateKey, publicKey } = makeReleaseKey();
    this.#privateKey = privateKey;
    return publicKey;
  }

  receive(release: Release): void {
    this.#release = release;
  }

  /** Opens the release of this attempt, once. Null: it is not here, or was not sealed to us. The codes are the caller's to overwrite. */
  open(unlock: string, attempt: number): ReleasedCodes | null {
    const release = this.#release;
    this.#release = null;
    if (release?.attempt !== attempt || this.#privateKey === null) return null;
    try {
      return openRelease(this.#privateKey, { unlock, attempt, mode: release.mode }, release.box);
    } catch {
      return null;
    }
  }
}
