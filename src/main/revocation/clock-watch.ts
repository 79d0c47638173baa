import * as v from 'valibot';
import { openStore, type Store, type StoreProblem } from '../store/repaired-store.ts';

/**
 * Notices a clock that was turned back. A revoked certificate passes again when an old CRL does, and an old CRL passes on a
 * machine that believes it is last month: so the latest time that this machine has known is kept on disk.
 *
 * It knows a time from two sources: its own clock when something was fetched, and `thisUpdate` in what a trusted issuer signed.
 * Nobody can put the mark back by a replay; a mark that a wrong clock put too far ahead is put right by `proved` alone.
 */

/** A clock may be put right by so much without a word, milliseconds. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** The mark is written no more often than this, milliseconds of a clock that nobody can set. */
const MIN_WRITE_INTERVAL_MS = 60_000;
/** The last second of the year 9999, beyond which no certificate can name a time (RFC 5280, section 4.1.2.5). */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

const ClockMarkSchema = v.object({
  /** Milliseconds since 1970; null: nothing known yet. */
  latest: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LAST_TIME))), null),
});
type ClockMark = v.InferOutput<typeof ClockMarkSchema>;

export class ClockWatch {
  readonly #store: Store<ClockMark>;
  readonly #monotonic: () => number;
  #latest: number | null;
  /** Where the clock that nobody can set stood when that time was learnt. */
  #learntAt: number;
  #writtenAt: number | null = null;

  /** @param monotonic milliseconds that only ever grow */
  constructor(
    folder: string,
    onProblem: (problem: StoreProblem) => void,
    monotonic: () => number = () => performance.now(),
  ) {
    this.#store = openStore(folder, 'clock-mark', ClockMarkSchema, onProblem);
    this.#monotonic = monotonic;
    this.#latest = this.#store.get().latest;
    this.#learntAt = monotonic();
  }

  /**
   * A time that has certainly been reached: the wall clock when something was fetched, or a `thisUpdate` whose signature was
   * verified. Written when it is ahead of what is on disk by more than the tolerance, which it would make no difference within.
   * @param time milliseconds since 1970
   */
  seen(time: number): void {
    if (!isTime(time) || (this.#latest !== null && time <= this.#latest)) return;
    this.#learn(time);
    const { latest: written } = this.#store.get();
    const isAhead = written === null || Math.trunc(time) - written > CLOCK_TOLERANCE_MS;
    const mayWrite = this.#writtenAt === null || this.#monotonic() - this.#writtenAt >= MIN_WRITE_INTERVAL_MS;
    if (isAhead && mayWrite) this.settle();
  }

  /**
   * A time that is certainly now, from an answer that cannot be a replay (an OCSP answer with the nonce of our question,
   * RFC 8954). It takes a mark back that a clock set too far ahead has left; nothing weaker may.
   */
  proved(time: number): void {
    if (!isTime(time)) return;
    this.#learn(time);
    this.settle();
  }

  /**
   * How far the clock stands behind a time that was already reached, milliseconds; null: not by more than the tolerance. It goes
   * on from there by the clock that nobody can set: time must not stand still for whoever turns the other one back.
   */
  turnedBack(now: number): { readonly by: number } | null {
    if (this.#latest === null) return null;
    const by = Math.trunc(this.#latest + this.#monotonic() - this.#learntAt - now);
    return by > CLOCK_TOLERANCE_MS ? { by } : null;
  }

  /** The time that things are judged at: never before one that has been reached. */
  reached(now: number): number {
    return Math.max(now + (this.turnedBack(now)?.by ?? 0), this.#latest ?? 0);
  }

  #learn(time: number): void {
    this.#latest = Math.trunc(time);
    this.#learntAt = this.#monotonic();
  }

  /** Writes what is not on disk yet: before the agent ends. */
  settle(): void {
    if (this.#store.get().latest === this.#latest) return;
    this.#writtenAt = this.#monotonic();
    this.#store.set({ latest: this.#latest });
  }
}

const isTime = (time: number) => Number.isFinite(time) && time >= 0 && time <= LAST_TIME;
