import type { CardState, SecretReference } from './card-state.ts';
import { type Outcome, refuse, SW, succeed, triesLeft } from './status-word.ts';

/** Key references of SP 800-73-4 part 1, table 4a. */
const APPLICATION_PIN = 0x80;
const GLOBAL_PIN = 0x00;
const PUK = 0x81;
const SECRET_BYTES = 8;

/**
 * PIN, global PIN and PUK: who knows what, how often it may still be guessed, and what the card believes right now.
 * Counters stand in the card's state and survive everything; what was proven dies with the power.
 */
export class SecretReferences {
  readonly #state: CardState;
  readonly #verified = new Set<number>();
  /** A VERIFY stands that no 9C signature has used yet. */
  #signatureReady = false;

  constructor(state: CardState) {
    this.#state = state;
  }

  get pinVerified(): boolean {
    return this.#verified.size > 0;
  }

  /** Whether a 9C signature is allowed now; it uses up the VERIFY where the card is PIN Always. */
  spendSignature(): boolean {
    if (!this.pinVerified) return false;
    if (this.#state.profile.signatureKey === 'pin-once') return true;
    const ready = this.#signatureReady;
    this.#signatureReady = false;
    return ready;
  }

  forgetProofs(): void {
    this.#verified.clear();
    this.#signatureReady = false;
  }

  /** VERIFY (SP 800-73-4 part 2, 3.2.1). */
  verify(p1: number, p2: number, data: Uint8Array): Outcome {
    const reference = p2 === PUK ? null : this.#find(p2);
    if (reference === null) return refuse(SW.referenceNotFound);
    if (p1 === 0xff) return this.#withdraw(p2, data);
    if (p1 !== 0x00) return refuse(SW.wrongParameters);
    if (data.length === 0) return this.#status(p2, reference);
    if (data.length !== SECRET_BYTES) return refuse(this.#state.profile.unpaddedPin);
    if (this.#state.profile.lettersInGuess === 'free' && !isPaddedDigits(data, 1)) return refuse(SW.wrongData);
    const refused = this.#compare(p2, reference, data);
    if (refused !== null) return refused;
    this.#accept(p2);
    return succeed();
  }

  /** CHANGE REFERENCE DATA (3.2.2): old and new value, eight bytes each. */
  change(p1: number, p2: number, data: Uint8Array): Outcome {
    if (p1 !== 0x00) return refuse(SW.wrongParameters);
    const reference = this.#find(p2);
    if (reference === null) return refuse(SW.referenceNotFound);
    if (data.length !== 2 * SECRET_BYTES) return refuse(this.#state.profile.unpaddedPin);
    const oldValue = data.subarray(0, SECRET_BYTES);
    const newValue = data.subarray(SECRET_BYTES);
    if (p2 !== PUK && !this.#mayBecomePin(newValue)) return refuse(SW.wrongData);
    if (p2 !== PUK && this.#state.profile.lettersInGuess === 'free' && !isPaddedDigits(oldValue, 1)) {
      return refuse(SW.wrongData);
    }
    const refused = this.#compare(p2, reference, oldValue);
    if (refused !== null) return refused;
    reference.value = Buffer.from(newValue).toString('hex');
    if (p2 !== PUK) this.#accept(p2);
    return succeed();
  }

  /** RESET RETRY COUNTER (3.2.3): PUK and new PIN, eight bytes each. The PIN is not verified afterwards. */
  unblock(p1: number, p2: number, data: Uint8Array): Outcome {
    if (p1 !== 0x00) return refuse(SW.wrongParameters);
    if (p2 !== APPLICATION_PIN) return refuse(SW.referenceNotFound);
    if (data.length !== 2 * SECRET_BYTES) return refuse(this.#state.profile.unpaddedPin);
    const newPin = data.subarray(SECRET_BYTES);
    if (!this.#mayBecomePin(newPin)) return refuse(SW.wrongData);
    const refused = this.#compare(PUK, this.#state.puk, data.subarray(0, SECRET_BYTES));
    if (refused !== null) return refused;
    this.#state.pin.value = Buffer.from(newPin).toString('hex');
    this.#state.pin.triesLeft = this.#state.profile.pinTries;
    return succeed();
  }

  #find(p2: number): SecretReference | null {
    switch (p2) {
      case APPLICATION_PIN:
        return this.#state.pin;
      case GLOBAL_PIN:
        return this.#state.globalPin;
      case PUK:
        return this.#state.puk;
      default:
        return null;
    }
  }

  #withdraw(p2: number, data: Uint8Array): Outcome {
    if (!this.#state.profile.deauthenticates) return refuse(SW.wrongParameters);
    if (data.length > 0) return refuse(SW.wrongData);
    this.#distrust(p2);
    return succeed();
  }

  #status(p2: number, reference: SecretReference): Outcome {
    if (this.#state.profile.statusSpendsSignature) this.#signatureReady = false;
    if (this.#verified.has(p2)) return succeed();
    if (reference.triesLeft === 0) return refuse(this.#state.profile.statusWhenBlocked);
    return refuse(triesLeft(reference.triesLeft));
  }

  /** Null when the guess is right; the counter has moved either way. */
  #compare(p2: number, reference: SecretReference, guess: Uint8Array): Outcome | null {
    if (reference.triesLeft === 0) return refuse(SW.blocked);
    if (Buffer.from(guess).toString('hex') === reference.value) {
      reference.triesLeft = p2 === PUK ? this.#state.profile.pukTries : this.#state.profile.pinTries;
      return null;
    }
    reference.triesLeft -= 1;
    this.#distrust(p2);
    if (reference.triesLeft === 0 && this.#state.profile.lastGuess === 'blocked') return refuse(SW.blocked);
    return refuse(triesLeft(reference.triesLeft));
  }

  #accept(p2: number): void {
    this.#verified.add(p2);
    this.#signatureReady = true;
  }

  #distrust(p2: number): void {
    this.#verified.delete(p2);
    if (this.#verified.size === 0) this.#signatureReady = false;
  }

  #mayBecomePin(value: Uint8Array): boolean {
    return this.#state.profile.newPin === 'anything' || isPaddedDigits(value, 6);
  }
}

/** At least `minimum` digits, then FF and nothing else. */
function isPaddedDigits(value: Uint8Array, minimum: number): boolean {
  const digits = value.findIndex((byte) => byte < 0x30 || byte > 0x39);
  if (digits === -1) return true;
  return digits >= minimum && value.subarray(digits).every((byte) => byte === 0xff);
}
