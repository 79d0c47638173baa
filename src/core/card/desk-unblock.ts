import type { CardAnswer, CardOperation, CardProgress } from '../contract/card-process.ts';
import { CardError, type CardFailure } from './card-error.ts';
import { isCard } from './card-identity.ts';
import { type CardStay, leavesCard } from './card-stay.ts';
import { pukFailure } from './pin-failure.ts';
import { pinReferenceOf, pukTries } from './pin-operation.ts';
import {
  changePin,
  isPossiblePin,
  isPossiblePuk,
  PIN_REFERENCE,
  type PinOutcome,
  resetRetryCounter,
} from './piv/pin.ts';
import { PivCard } from './piv/piv-card.ts';
import { nullIfRefused } from './refusal.ts';

type DeskUnblock = Extract<CardOperation, { kind: 'desk-unblock' }>;
type Told = Extract<Extract<CardAnswer, { ok: true }>['value'], { kind: 'desk-unblock' }>;
type Outcome = Pick<Told, 'result' | 'triesLeft' | 'failure'>;

const told = (
  result: Told['result'],
  failure: CardFailure | null = null,
  triesLeft: number | null = null,
): Outcome => ({
  result,
  triesLeft,
  failure,
});

/**
 * Sets a new PIN by the PUK that the card desk released, and at once replaces that PUK by the next one (SP 800-73-4 part 2
 * sections 3.2.3 and 3.2.2), in one transaction. Never rejects for what the card does: what the desk has to hear is told for
 * every way in which it can end. The secrets are the caller's to overwrite.
 */
export async function unblockForDesk(
  stay: CardStay,
  order: DeskUnblock,
  onProgress: (progress: CardProgress) => void,
): Promise<Told> {
  const attempt = new DeskUnblocking(stay, order, onProgress);
  return { kind: 'desk-unblock', ...(await attempt.run()), status: attempt.status };
}

class DeskUnblocking {
  readonly #stay: CardStay;
  readonly #order: DeskUnblock;
  readonly #onProgress: (progress: CardProgress) => void;
  /** What is known for sure, whatever breaks off from here on. */
  #sure: Told['result'] = 'untouched';
  /** The PIN's, afterwards. */
  status: Told['status'] = null;

  constructor(stay: CardStay, order: DeskUnblock, onProgress: (progress: CardProgress) => void) {
    this.#stay = stay;
    this.#order = order;
    this.#onProgress = onProgress;
  }

  async run(): Promise<Outcome> {
    const { puk, nextPuk, newPin, mode } = this.#order;
    // Of a shape that `present` would refuse: nothing is sent.
    const sendable =
      isPossiblePuk(puk) && isPossiblePin(newPin) && (nextPuk === null ? mode === 'probe' : isPossiblePuk(nextPuk));
    if (!sendable) return told('untouched', { code: 'pin-format' });
    let outcome: Outcome;
    try {
      outcome = await this.#stay.transaction(() => this.#act());
    } catch (error) {
      if (!(error instanceof CardError)) throw error;
      outcome = told(this.#sure, error.failure);
    }
    if (outcome.result !== 'untouched') await this.#forget(outcome.failure);
    return outcome;
  }

  async #act(): Promise<Outcome> {
    const card = new PivCard(this.#stay.exchange);
    await card.select();
    const { cardId, mode } = this.#order;
    if (!(await isCard(card, cardId))) return told('untouched', { code: 'card-removed' });
    // RESET RETRY COUNTER knows the application PIN only.
    if ((await pinReferenceOf(this.#stay, card)) !== PIN_REFERENCE.application) {
      return told('untouched', { code: 'not-supported', what: 'unblocking of a global PIN' });
    }
    const counted = await pukTries(card);
    const triesBefore = counted ?? fewest(this.#stay.notes.pukTriesLeft, this.#order.pukTries);
    if (triesBefore !== null && triesBefore <= 1) {
      return told('untouched', { code: 'last-try-guarded', triesLeft: triesBefore });
    }
    this.#onProgress({ kind: 'unblocking' });
    const outcome = await this.#present(card, triesBefore, counted);
    if (mode === 'change' || outcome.result === 'unblocked' || outcome.result === 'changed') {
      this.status = await nullIfRefused(() => card.pinStatus(PIN_REFERENCE.application)).catch(() => null);
    }
    return outcome;
  }

  /** @param counted the tries that the card itself has just told, if it tells them */
  async #present(card: PivCard, triesBefore: number | null, counted: number | null): Promise<Outcome> {
    const { mode, puk, nextPuk, newPin } = this.#order;
    const { notes } = this.#stay;
    if (mode !== 'change') {
      this.#sure = 'not-known';
      const reset = await resetRetryCounter(card.exchange, puk, newPin);
      if (reset.kind === 'format') return await this.#malformed(card, triesBefore, counted);
      if (reset.kind !== 'accepted') return this.#refused(reset, triesBefore);
      notes.pukTriesLeft = null;
      this.#sure = 'unblocked';
    }
    if (nextPuk === null) return told('unblocked');
    // In this mode the PIN was set by the release before: a lost answer leaves nothing worse than "unblocked".
    this.#sure = 'unblocked';
    const change = await changePin(card.exchange, PIN_REFERENCE.puk, puk, nextPuk);
    if (change.kind === 'accepted') return told('changed');
    if (change.kind === 'format') return told('unblocked', pukFailure(change, triesBefore));
    const refused = this.#refused(change, triesBefore);
    // The PUK was right a moment ago; that the card does not change it undoes nothing. And never "untouched" from here on: the
    // desk would forget a PUK that the card may have.
    const saysWhy = refused.result === 'wrong' || refused.result === 'blocked';
    return mode === 'change' && saysWhy ? refused : told('unblocked', refused.failure);
  }

  /**
   * The card did not like the form of something. Some cards count that as a try and some do not, and some of those that do had
   * taken the PUK: only a counter that stands where it stood says that nothing was done.
   */
  async #malformed(card: PivCard, triesBefore: number | null, counted: number | null): Promise<Outcome> {
    const failure = pukFailure({ kind: 'format' }, triesBefore);
    if (counted === null) return told('not-known', failure);
    const after = await pukTries(card);
    return told(after !== null && after >= counted ? 'untouched' : 'not-known', failure);
  }

  #refused(outcome: Exclude<PinOutcome, { kind: 'accepted' | 'format' }>, triesBefore: number | null): Outcome {
    const failure = pukFailure(outcome, triesBefore);
    switch (outcome.kind) {
      case 'blocked':
        return told('blocked', failure, 0);
      case 'wrong': {
        const triesLeft = failure.code === 'wrong-puk' ? failure.triesLeft : null;
        this.#stay.notes.pukTriesLeft = triesLeft;
        return triesLeft === 0 ? told('blocked', failure, 0) : told('wrong', failure, triesLeft);
      }
      case 'refused':
        return told(saysNothingChanged(outcome.statusWord) ? 'untouched' : 'not-known', failure);
    }
  }

  /** A PIN that was just set may count as verified; a reset ends that on every card. */
  async #forget(failure: CardFailure | null): Promise<void> {
    if (failure !== null && !leavesCard(failure)) return;
    try {
      await this.#stay.reset();
      if (this.status?.state === 'verified') this.status = { state: 'unverified', triesLeft: null };
    } catch (error) {
      // What the desk has to hear has happened; a card that cannot be reset is gone or mute.
      if (!(error instanceof CardError)) throw error;
    }
  }
}

/** What is known of the tries where the card does not tell: by its last refusal, and by what the caller has heard before. */
function fewest(...known: ReadonlyArray<number | null>): number | null {
  const counts = known.filter((tries) => tries !== null);
  return counts.length === 0 ? null : Math.min(...counts);
}

/**
 * ISO 7816-4 section 5.6: 64xx, and the checking errors 67xx to 6Exx, leave the card as it was. 65xx says the opposite, and 6Fxx
 * says nothing.
 */
function saysNothingChanged(statusWord: number): boolean {
  const sw1 = statusWord >> 8;
  return sw1 === 0x64 || (sw1 >= 0x67 && sw1 <= 0x6e);
}
