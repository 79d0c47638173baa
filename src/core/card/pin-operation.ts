import { createPublicKey, type KeyObject } from 'node:crypto';
import type { CardOperation, CardProgress, PinStatus } from '../contract/card-process.ts';
import { CardError, type CardFailure } from './card-error.ts';
import { isCard } from './card-identity.ts';
import { type CardStay, leavesCard } from './card-stay.ts';
import type { DeauthenticationSupport } from './deauthentication.ts';
import { guard, pinFailure, pukFailure, wantsCounter } from './pin-failure.ts';
import { primaryPin, readPinUsagePolicy } from './pin-reference.ts';
import {
  changePin,
  deauthenticate,
  isPossiblePin,
  isPossiblePuk,
  PIN_REFERENCE,
  type PinReference,
  readPinStatus,
  resetRetryCounter,
  verifyPin,
} from './piv/pin.ts';
import { PivCard } from './piv/piv-card.ts';
import { sign } from './piv/signature.ts';
import { nullIfRefused } from './refusal.ts';

type Verify = Extract<CardOperation, { kind: 'verify' }>;
type Change = Extract<CardOperation, { kind: 'change' }>;
type Unblock = Extract<CardOperation, { kind: 'unblock' }>;

export type PinAttemptOptions = {
  readonly deauthentication: DeauthenticationSupport;
  /** Leaves a verified PIN verified, for whoever speaks to the card next. */
  readonly keepVerified: boolean;
  readonly onProgress: (progress: CardProgress) => void;
};

const UNKNOWN: PinStatus = { state: 'unknown', triesLeft: null };
const BLOCKED: PinStatus = { state: 'blocked', triesLeft: 0 };

/** The status of the PIN that the holder knows, at no cost: two APDUs, and once for each stay those that ask which PIN it is. */
export async function readStatus(stay: CardStay): Promise<PinStatus> {
  return await stay.transaction(async () => {
    const card = new PivCard(stay.exchange);
    await card.select();
    return await card.pinStatus(await pinReferenceOf(stay, card));
  });
}

/**
 * Verifies, changes or unblocks: looks at the counter first, guards the last try, and leaves no verification behind.
 * Rejects with a {@link CardError}. The secrets are the caller's to overwrite; copies made on the way are gone when it settles.
 */
export async function attemptPin(
  stay: CardStay,
  attempt: Verify | Change | Unblock,
  options: PinAttemptOptions,
): Promise<PinOutcome> {
  return await new PinAttempt(stay, attempt, options).run();
}

export type PinOutcome = {
  readonly status: PinStatus;
  /** By the key that a 'verify' asked to be proved; null: none was, or the card would not sign. */
  readonly signature: Uint8Array | null;
};

/** `status` null: nothing was sent, and it is worth asking once more. */
type Round = { readonly status: PinStatus | null; readonly resetFirst: boolean };

/** How often a card may be asked anew: to learn that it needs resets, and to be rid of another program's verified PIN. */
const MAX_ROUNDS = 3;

class PinAttempt {
  readonly #stay: CardStay;
  readonly #attempt: Verify | Change | Unblock;
  readonly #options: PinAttemptOptions;
  /** From here on the card may hold the PIN for verified, whatever happens. */
  #sent = false;
  /** From here on the card has its new PIN, whatever happens. */
  #changed = false;
  #signature: Uint8Array | null = null;

  constructor(stay: CardStay, attempt: Verify | Change | Unblock, options: PinAttemptOptions) {
    this.#stay = stay;
    this.#attempt = attempt;
    this.#options = options;
  }

  async run(): Promise<PinOutcome> {
    if (!hasPossibleForm(this.#attempt)) throw new CardError({ code: 'pin-format' });
    try {
      for (let round = 1; ; round++) {
        const byReset = this.#endsByReset();
        const { status, resetFirst } = await this.#stay.transaction(
          () => this.#round(byReset, round === MAX_ROUNDS),
          byReset ? 'reset' : 'leave',
        );
        if (resetFirst && !byReset) await this.#stay.reset();
        if (status !== null) return { status, signature: this.#signature };
      }
    } catch (error) {
      if (!(error instanceof CardError)) throw error;
      await this.#resetAfter(error.failure);
      if (this.#changed) return { status: UNKNOWN, signature: null };
      throw error;
    }
  }

  /** A transaction's end is chosen at its beginning: a card that cannot forget a PIN otherwise is reset. */
  #endsByReset(): boolean {
    const supported = this.#options.deauthentication.of(this.#stay.connection.atr);
    return this.#forgets && supported === false && this.#attempt.kind !== 'unblock';
  }

  get #forgets(): boolean {
    return !this.#options.keepVerified;
  }

  async #round(byReset: boolean, last: boolean): Promise<Round> {
    const card = new PivCard(this.#stay.exchange);
    await card.select();
    const { cardId } = this.#attempt;
    if (cardId !== undefined && !(await isCard(card, cardId))) throw new CardError({ code: 'card-removed' });
    const reference = await pinReferenceOf(this.#stay, card);
    if (this.#attempt.kind === 'unblock') return await this.#unblock(card, reference, this.#attempt);
    const before = await this.#counterBefore(card, reference);
    const needsReset = this.#endsByReset() && !byReset;
    if (!last && (needsReset || before.state === 'verified')) {
      return { status: null, resetFirst: before.state === 'verified' };
    }
    return await this.#present(card, reference, this.#attempt, before, byReset);
  }

  /**
   * The counter before a try. While the PIN is verified (by another program) no card tells it, so that verification is ended.
   * On a card of a model not seen before this also tries, at a moment when nothing depends on it, whether that works.
   */
  async #counterBefore(card: PivCard, reference: PinReference): Promise<PinStatus> {
    const { atr } = this.#stay.connection;
    const { deauthentication } = this.#options;
    const untried = this.#forgets && deauthentication.of(atr) === null;
    const status = untried ? null : await card.pinStatus(reference);
    if (status !== null && status.state !== 'verified') return status;
    const agreed = await deauthenticate(card.exchange, reference);
    const after = await card.pinStatus(reference);
    deauthentication.note(atr, agreed && after.state !== 'verified');
    return after;
  }

  async #present(
    card: PivCard,
    reference: PinReference,
    attempt: Verify | Change,
    before: PinStatus,
    byReset: boolean,
  ): Promise<Round> {
    refuse(guard(before, attempt.lastTry));
    this.#sent = true;
    const { exchange } = card;
    const outcome =
      attempt.kind === 'verify'
        ? await verifyPin(exchange, reference, attempt.pin)
        : await changePin(exchange, reference, attempt.pin, attempt.newPin);
    if (outcome.kind === 'accepted') {
      this.#changed = attempt.kind === 'change';
      if (attempt.kind === 'verify') this.#signature = await prove(card, attempt);
      const resetFirst = this.#forgets && !byReset && !(await this.#forget(card, reference));
      if (attempt.kind === 'verify') return { status: { state: 'verified', triesLeft: null }, resetFirst };
      return { status: await this.#statusAfterwards(card, reference), resetFirst };
    }
    const after = wantsCounter(outcome) ? await card.pinStatus(reference) : UNKNOWN;
    const failure = pinFailure(outcome, before, after);
    this.#tell(failure);
    // A card that objects to the form of the new PIN alone may have verified the old one; a wrong PIN leaves nothing behind.
    this.#sent = after.state === 'verified';
    throw new CardError(failure);
  }

  async #unblock(card: PivCard, reference: PinReference, attempt: Unblock): Promise<Round> {
    // RESET RETRY COUNTER knows the application PIN only (SP 800-73-4 part 2 section 3.2.3).
    if (reference !== PIN_REFERENCE.application) refuse({ code: 'not-supported', what: 'unblocking of a global PIN' });
    const { notes } = this.#stay;
    const triesBefore = (await pukTries(card)) ?? notes.pukTriesLeft;
    // Few cards tell how many tries the PUK has left. Unknown is taken for the last, as with the PIN: a blocked PUK is a lost card.
    const mayBeLast = triesBefore === null || triesBefore <= 1;
    if (mayBeLast && attempt.lastTry === 'refuse') refuse({ code: 'last-try-guarded', triesLeft: triesBefore });
    const outcome = await resetRetryCounter(card.exchange, attempt.puk, attempt.newPin);
    if (outcome.kind !== 'accepted') {
      const failure = pukFailure(outcome, triesBefore);
      if (failure.code === 'wrong-puk') notes.pukTriesLeft = failure.triesLeft;
      throw new CardError(failure);
    }
    this.#changed = true;
    this.#sent = true;
    notes.pukTriesLeft = null;
    const status = await this.#statusAfterwards(card, reference);
    const verified = status.state === 'verified' && this.#forgets;
    return { status: verified ? { state: 'unverified', triesLeft: null } : status, resetFirst: verified };
  }

  async #forget(card: PivCard, reference: PinReference): Promise<boolean> {
    const forgotten = await deauthenticate(card.exchange, reference);
    if (!forgotten) this.#options.deauthentication.note(this.#stay.connection.atr, false);
    return forgotten;
  }

  /** After a change: the PIN is not verified any more when this operation ends, whatever the card says until its reset. */
  async #statusAfterwards(card: PivCard, reference: PinReference): Promise<PinStatus> {
    const status = (await nullIfRefused(() => card.pinStatus(reference))) ?? UNKNOWN;
    const forgotten = this.#forgets && this.#attempt.kind === 'change' && status.state === 'verified';
    return forgotten ? { state: 'unverified', triesLeft: null } : status;
  }

  async #resetAfter(failure: CardFailure): Promise<void> {
    if (!this.#sent || !this.#forgets || !leavesCard(failure)) return;
    try {
      await this.#stay.reset();
    } catch (error) {
      // The failure to be told is the first one; a card that cannot even be reset is gone or mute.
      if (!(error instanceof CardError)) throw error;
    }
  }

  #tell(failure: CardFailure): void {
    if (failure.code === 'pin-blocked') this.#options.onProgress({ kind: 'pin-status', status: BLOCKED });
    if (failure.code !== 'wrong-pin') return;
    const { triesLeft } = failure;
    const status: PinStatus = triesLeft === 0 ? BLOCKED : { state: 'unverified', triesLeft };
    this.#options.onProgress({ kind: 'pin-status', status });
  }
}

/** Before anything else is asked: some cards take any question for another use of the PIN, and withdraw it. */
async function prove({ exchange }: PivCard, { prove: wanted }: Verify): Promise<Uint8Array | null> {
  if (wanted === undefined) return null;
  return await nullIfRefused(() => sign(exchange, wanted.slot, publicKeyIn(wanted.publicKey), wanted.message));
}

function publicKeyIn(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new CardError({ code: 'malformed-answer', what: 'public key' }, { cause });
  }
}

/** Which PIN the holder knows; the card is asked once for each stay. */
export async function pinReferenceOf(stay: CardStay, card: PivCard): Promise<PinReference> {
  stay.notes.pinReference ??= primaryPin(await readPinUsagePolicy(card));
  return stay.notes.pinReference;
}

/**
 * An empty VERIFY of the PUK is beyond the standard; some cards answer it by the counter. Only that is believed: what else a
 * card says may be about the reference, not the PUK.
 */
export async function pukTries(card: PivCard): Promise<number | null> {
  const status = await readPinStatus(card.exchange, PIN_REFERENCE.puk);
  return status === 'not-selected' || status.triesLeft === 0 ? null : status.triesLeft;
}

function hasPossibleForm(attempt: Verify | Change | Unblock): boolean {
  switch (attempt.kind) {
    case 'verify':
      return isPossiblePin(attempt.pin);
    case 'change':
      return isPossiblePin(attempt.pin) && isPossiblePin(attempt.newPin);
    case 'unblock':
      return isPossiblePuk(attempt.puk) && isPossiblePin(attempt.newPin);
  }
}

function refuse(failure: CardFailure | null): void {
  if (failure !== null) throw new CardError(failure);
}
