import { hexOf } from '../octets.ts';

const MAX_MODELS = 64;

/**
 * Which models of card can be told to forget a verified PIN (VERIFY with P1 = FF), by answer to reset. The others are reset
 * at the end of the transaction, and that must be known when it begins.
 */
export class DeauthenticationSupport {
  readonly #byModel = new Map<string, boolean>();

  /** Null: no card of this model was tried yet. */
  of(atr: Uint8Array): boolean | null {
    return this.#byModel.get(hexOf(atr)) ?? null;
  }

  note(atr: Uint8Array, supported: boolean): void {
    const model = hexOf(atr);
    this.#byModel.delete(model);
    this.#byModel.set(model, supported);
    const [oldest] = this.#byModel.keys();
    if (this.#byModel.size > MAX_MODELS && oldest !== undefined) this.#byModel.delete(oldest);
  }
}
