import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { monotonicMs } from '../../../native/card-process/monotonic.ts';

/** A browser that has not come by then will not come. */
export const LAUNCH_MS = 60_000;
/** How long a page that was lost may come back: a glitch, a reload, a tab whose timers the browser slows down. */
export const SESSION_MS = 5 * 60_000;
/** Nobody guesses 256 bits: who tries this often is turned away so that the trying costs little. */
export const WRONG_TRIES = 10;
const WRONG_TRIES_MS = 60_000;
export const REST_MS = 30_000;

export type Verdict =
  | { readonly admitted: true; readonly session: string; readonly by: 'launch' | 'session' }
  /** `refused` for good; `later`: another page is here, or there were too many wrong tokens. */
  | { readonly admitted: false; readonly why: 'refused' | 'later' };

type Ticket = { readonly digest: Buffer; readonly endsAt: number };

/**
 * Who may be the one page. A launch token is made when the user asks for the window; it works once, and replaces whatever
 * page there is. In exchange the page gets a session, new at each admission, with which it alone can come back while no page
 * is here. Of both only the digest is kept.
 */
export class Admission {
  private readonly clock: () => number;
  private launch: Ticket | null = null;
  private session: Ticket | null = null;
  private occupied = false;
  private wrong: readonly number[] = [];
  private restsUntil = Number.NEGATIVE_INFINITY;

  /** @param clock monotonic milliseconds */
  constructor(clock: () => number = monotonicMs) {
    this.clock = clock;
  }

  /** A fresh launch token; an earlier one that has not been used works no more. */
  newLaunch(): string {
    this.endLaunch();
    const { token, digest } = fresh();
    this.launch = { digest, endsAt: this.clock() + LAUNCH_MS };
    return token;
  }

  /** Takes the launch token back. */
  endLaunch(): void {
    this.launch?.digest.fill(0);
    this.launch = null;
  }

  /** Whether any token could be admitted now: otherwise it need not even be heard. */
  get listening(): boolean {
    const now = this.clock();
    return this.holds(this.launch, now) || !this.resting(now);
  }

  /** Judges a token. Who is admitted is the page from now on, and whoever was it before no longer is. */
  present(token: string): Verdict {
    const now = this.clock();
    const shown = digestOf(token);
    // Both are compared before either counts: the time it takes tells nothing.
    const isLaunch = same(shown, this.launch) && this.holds(this.launch, now);
    const isSession = same(shown, this.session) && (this.occupied || this.holds(this.session, now));
    shown.fill(0);
    if (isLaunch) {
      this.endLaunch();
      return this.admit('launch');
    }
    if (this.resting(now)) return { admitted: false, why: 'later' };
    if (!isSession) {
      this.count(now);
      return { admitted: false, why: 'refused' };
    }
    return this.occupied ? { admitted: false, why: 'later' } : this.admit('session');
  }

  /** Something that cannot be a token was shown. */
  wrongToken(): void {
    const now = this.clock();
    if (!this.resting(now)) this.count(now);
  }

  /** The page has gone, and may come back with its session for a while. */
  left(): void {
    this.occupied = false;
    if (this.session !== null) this.session = { digest: this.session.digest, endsAt: this.clock() + SESSION_MS };
  }

  private admit(by: 'launch' | 'session'): Verdict {
    const { token, digest } = fresh();
    this.session?.digest.fill(0);
    this.session = { digest, endsAt: Number.POSITIVE_INFINITY };
    this.occupied = true;
    return { admitted: true, session: token, by };
  }

  private holds(ticket: Ticket | null, now: number): boolean {
    return ticket !== null && now < ticket.endsAt;
  }

  /** While resting only a launch is heard: it was asked for by the user, so nobody's wrong tokens stand in its way. */
  private resting(now: number): boolean {
    return now < this.restsUntil;
  }

  private count(now: number): void {
    this.wrong = [...this.wrong.filter((at) => now - at < WRONG_TRIES_MS), now];
    if (this.wrong.length < WRONG_TRIES) return;
    this.wrong = [];
    this.restsUntil = now + REST_MS;
  }
}

function fresh(): { token: string; digest: Buffer } {
  const bytes = randomBytes(32);
  const token = bytes.toString('base64url');
  bytes.fill(0);
  return { token, digest: digestOf(token) };
}

const digestOf = (token: string) => createHash('sha256').update(token).digest();

/** Digests are of one length, so this takes one time whatever was shown. */
function same(shown: Buffer, ticket: Ticket | null): boolean {
  return timingSafeEqual(shown, ticket?.digest ?? NEVER) && ticket !== null;
}
const NEVER = Buffer.alloc(32);
