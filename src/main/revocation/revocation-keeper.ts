import { randomBytes } from 'node:crypto';
import type { RunningOut } from '../../core/agent/revocation-warnings.ts';
import type { CardRules } from '../../core/pki/card-certificate.ts';
import { ocspRequest } from '../../core/pki/revocation/ocsp.ts';
import type { Examined, OcspKey, RevocationWish } from '../certificates/judge-messages.ts';
import type { ClockWatch } from './clock-watch.ts';
import { type FetchOutcome, type FetchRules, fetchBounded } from './fetch-bounded.ts';
import { isLate, LASTING_TROUBLE_MS, nextFetchAt, type Window, windowEnd } from './refresh-plan.ts';
import type { EntryKey, EntryKind, RevocationStore } from './revocation-store.ts';

/** What is fetched, from where, by which rules. */
export type KeeperRules = {
  readonly sources: ReadonlySet<'crl' | 'ocsp'>;
  /** Addresses of lists beyond those that certificates name. */
  readonly lists: readonly string[];
  readonly fetchIssuers: boolean;
  readonly fetch: FetchRules;
  readonly card: CardRules;
};

/** Whoever parses and verifies what was fetched: the judge. What was offered comes back; null: no answer. */
export type Acceptance = {
  offerList(url: string, der: Uint8Array, at: number): Promise<Examined | null>;
  offerAnswer(key: OcspKey, der: Uint8Array, nonce: Uint8Array | null, at: number): Promise<Examined | null>;
  offerCertificate(der: Uint8Array): Promise<Examined | null>;
};

export type KeeperOptions = {
  readonly store: RevocationStore;
  readonly clock: ClockWatch;
  readonly acceptance: Acceptance;
  /** Something new is known: what was judged is to be judged again. */
  readonly onNews: () => void;
  /** With all that ends soon and cannot be renewed, when that changes. */
  readonly onRunningOut?: (sources: readonly RunningOut[]) => void;
  readonly now?: () => number;
  readonly fetch?: typeof fetchBounded;
  readonly random?: () => number;
};

/** How a source stands: for diagnosis. */
export type SourceState = {
  readonly kind: RevocationWish['kind'];
  readonly host: string;
  /** Of what is there; null: nothing is. */
  readonly window: Window | null;
  /** When that stops to hold, or has stopped; null: nothing is there. */
  readonly until: number | null;
  /** Nothing newer has come although it is time. */
  readonly late: boolean;
  /** Why the last attempt brought nothing; null: it did, or there was none. */
  readonly fault: string | null;
  readonly failures: number;
  /** Since when each attempt has failed; null: the last one did not, or there was none. */
  readonly failingSince: number | null;
};

type Source = {
  readonly wish: RevocationWish;
  window: Window | null;
  /** Somebody has asked for it since the judge knows what it is about. */
  asked: boolean;
  /** What was there on disk has been looked at. */
  restored: boolean;
  /** That is under way. */
  restoring: Promise<void> | null;
  lastAt: number | null;
  failures: number;
  fault: string | null;
  failingSince: number | null;
  /** The last attempt brought something, of use or not. */
  answered: boolean;
  /** What was on disk, or was fetched, holds no longer; nothing else is there. */
  over: boolean;
  random: number;
  /** A fetch, under way or in the queue. */
  running: Promise<void> | null;
};

/** Threads of the name service are few, and nothing here is in a hurry. */
const MAX_PARALLEL = 2;
const MAX_SOURCES = 2_000;
/** Timers cannot count further, and clocks may be turned. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Keeps revocation data fresh: what a judged path asks for is read from disk, fetched when its time has come, offered to the
 * judge, and kept on disk when the judge has accepted it. Refreshed long before it is needed, so that a login need not wait.
 */
export class RevocationKeeper {
  readonly #options: KeeperOptions;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #sources = new Map<string, Source>();
  readonly #queue: Array<() => void> = [];
  #rules: KeeperRules;
  #running = 0;
  #runningOutTold = '[]';
  #timer: NodeJS.Timeout | null = null;
  #stopped = new AbortController();

  constructor(options: KeeperOptions, rules: KeeperRules) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#rules = rules;
  }

  /** Reads what the disk has of lists, so that the first card need not wait for it; and asks for what the policy names. */
  async start(): Promise<void> {
    const { store } = this.#options;
    const kept = await store.entries('crl');
    const urls = kept.flatMap(({ key }) => ('url' in key ? [key.url] : []));
    const sources = urls.map((url) => this.#source({ kind: 'crl', url }));
    await Promise.all(
      sources.flatMap((source) => (source.restored ? (source.restoring ?? []) : this.#startRestoring(source))),
    );
    for (const source of sources) {
      if (source.window !== null) source.asked = true;
      // Its issuer may be met with the first card, and the list is of use then.
      else if (!source.asked) source.restored = false;
    }
    this.wish([]);
  }

  changeRules(rules: KeeperRules): void {
    this.#rules = rules;
    this.wish([]);
  }

  /** The judge has lost all that it knew. */
  forgotten(): void {
    for (const source of this.#sources.values()) {
      source.window = null;
      source.restored = false;
      // It does not know what an answer is about either, until it has judged that certificate again.
      source.asked = false;
    }
  }

  /** What a judged path wants; what is due is fetched. */
  wish(wishes: readonly RevocationWish[]): void {
    const named = this.#rules.lists.map((url): RevocationWish => ({ kind: 'crl', url }));
    for (const each of [...named, ...wishes]) if (this.#isWanted(each)) this.#source(each).asked = true;
    this.#fetchDue();
  }

  /**
   * Resolves when what these wishes are waiting for has come from there, or has not, or after the limit.
   * @returns false where nothing was under way
   */
  async settle(wishes: readonly RevocationWish[], from: 'disk' | 'network', limitMs: number): Promise<boolean> {
    const underWay = wishes.flatMap((wish) => {
      const source = this.#sources.get(nameOf(wish));
      return (from === 'disk' ? source?.restoring : source?.running) ?? [];
    });
    if (underWay.length === 0) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, limitMs);
    await Promise.race([Promise.all(underWay), promise]);
    clearTimeout(limit);
    return true;
  }

  /** The machine woke, or the network is back: what has failed is tried again. */
  retry(): void {
    for (const source of this.#sources.values()) {
      if (source.fault === null) continue;
      source.failures = 0;
      source.lastAt = null;
    }
    this.#fetchDue();
  }

  state(): readonly SourceState[] {
    const now = this.#now();
    return [...this.#sources.values()].map(({ wish, window, fault, failures, failingSince }) => ({
      kind: wish.kind,
      host: hostOf(wish.url),
      window,
      until: window === null ? null : windowEnd(window, this.#ageCap),
      late: window !== null && isLate(window, this.#ageCap, now),
      fault,
      failures,
      failingSince,
    }));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all(
      [...this.#sources.values()].flatMap(({ running, restoring }) => [running ?? [], restoring ?? []].flat()),
    );
    this.#options.clock.settle();
  }

  get #ageCap(): number {
    return this.#rules.card.revocation.ageCap;
  }

  #isWanted({ kind }: RevocationWish): boolean {
    return kind === 'certificate' ? this.#rules.fetchIssuers : this.#rules.sources.has(kind);
  }

  #source(wish: RevocationWish): Source {
    const name = nameOf(wish);
    const known = this.#sources.get(name);
    if (known !== undefined) {
      // Touched: the ones that nobody has asked for longest go first.
      this.#sources.delete(name);
      this.#sources.set(name, known);
      return known;
    }
    const source: Source = {
      wish,
      window: null,
      asked: false,
      restored: false,
      restoring: null,
      lastAt: null,
      failures: 0,
      fault: null,
      failingSince: null,
      answered: false,
      over: false,
      random: this.#random(),
      running: null,
    };
    this.#sources.set(name, source);
    if (this.#sources.size > MAX_SOURCES) {
      const idle = [...this.#sources].find(([, each]) => each.running === null && each.restoring === null);
      if (idle !== undefined) this.#sources.delete(idle[0]);
    }
    return source;
  }

  #fetchDue(): void {
    if (this.#stopped.signal.aborted) return;
    const now = this.#now();
    for (const source of this.#sources.values()) {
      if (!source.asked || !this.#isWanted(source.wish) || source.running !== null || source.restoring !== null)
        continue;
      // The disk first: it needs no turn in the queue, and may have what would be fetched.
      if (!source.restored) {
        void this.#startRestoring(source).then(() => this.#fetchDue());
        continue;
      }
      // Where the clock was turned back, nobody waits for that hour to come again.
      if (source.lastAt !== null && source.lastAt > now) source.lastAt = now;
      if (source.failingSince !== null && source.failingSince > now) source.failingSince = now;
      if (this.#dueAt(source, now) > now) continue;
      source.running = this.#inTurn(() => this.#refresh(source))
        .catch(() => failed(source, this.#now()))
        .finally(() => {
          source.running = null;
          this.#tellRunningOut();
          this.#arm();
        });
    }
    this.#arm();
  }

  #dueAt(source: Source, now: number): number {
    const { window, lastAt, failures, random, wish } = source;
    // A certificate of an issuer is fetched once.
    if (wish.kind === 'certificate' && window !== null) return Number.POSITIVE_INFINITY;
    const pressing = !source.answered && this.#isOver(source, now);
    return nextFetchAt(window, { lastAt, failures, pressing }, { maxAgeMs: this.#ageCap }, now, random);
  }

  #isOver({ wish, window, over }: Source, now: number): boolean {
    if (wish.kind === 'certificate') return false;
    return window === null ? over : windowEnd(window, this.#ageCap) < this.#options.clock.reached(now);
  }

  /** When it has to be looked at again: an attempt is due, or what could not be renewed ends and becomes pressing. */
  #nextLookAt(source: Source, now: number): number {
    const due = this.#dueAt(source, now);
    if (source.window === null || source.failures === 0) return due;
    const end = windowEnd(source.window, this.#ageCap) + 1;
    return end > now ? Math.min(due, end) : due;
  }

  #tellRunningOut(): void {
    const now = this.#now();
    const sources = [...this.#sources.values()].flatMap((source) => this.#runningOut(source, now) ?? []);
    const told = JSON.stringify(sources);
    if (told === this.#runningOutTold) return;
    this.#runningOutTold = told;
    this.#options.onRunningOut?.(sources);
  }

  #runningOut({ wish, window, asked, fault, failingSince }: Source, now: number): RunningOut | null {
    if (wish.kind === 'certificate' || window === null || !asked || !this.#isWanted(wish)) return null;
    if (fault === null || failingSince === null || now - failingSince < LASTING_TROUBLE_MS) return null;
    if (!isLate(window, this.#ageCap, now)) return null;
    const { kind, url } = wish;
    return { kind, host: hostOf(url), from: window.thisUpdate, until: windowEnd(window, this.#ageCap), fault };
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#stopped.signal.aborted) return;
    const now = this.#now();
    const due = [...this.#sources.values()]
      .filter(({ asked, running, restoring, wish }) => {
        return asked && running === null && restoring === null && this.#isWanted(wish);
      })
      .map((source) => this.#nextLookAt(source, now));
    const next = Math.min(...due);
    if (!Number.isFinite(next)) return;
    this.#timer = setTimeout(() => this.#fetchDue(), Math.min(Math.max(next - now, 0), LONGEST_WAIT_MS));
    this.#timer.unref();
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#running >= MAX_PARALLEL) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#running += 1;
    try {
      await work();
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  async #refresh(source: Source): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const nonce = randomBytes(32);
    const outcome = await this.#fetch(source.wish, nonce);
    source.lastAt = this.#now();
    source.random = this.#random();
    source.answered = outcome.ok;
    const fault = outcome.ok ? await this.#take(source, outcome.der, nonce) : outcome.reason;
    source.fault = fault;
    source.failures = fault === null ? 0 : source.failures + 1;
    source.failingSince = fault === null ? null : (source.failingSince ?? source.lastAt);
  }

  async #fetch(wish: RevocationWish, nonce: Uint8Array): Promise<FetchOutcome> {
    const fetch = this.#options.fetch ?? fetchBounded;
    return await fetch({
      url: wish.url,
      wanted: wish.kind === 'ocsp' ? { kind: 'ocsp', question: ocspRequest(wish.id, nonce) } : { kind: wish.kind },
      rules: this.#rules.fetch,
      signal: this.#stopped.signal,
    });
  }

  /** @returns why it was not taken; null: it was */
  async #take(source: Source, der: Uint8Array, nonce: Uint8Array): Promise<string | null> {
    const { store, clock, onNews } = this.#options;
    const examined = await this.#offer(source.wish, der, nonce);
    if (examined === null) return 'judge-unavailable';
    const { offered } = examined;
    source.over = !offered.ok && offered.why === 'over';
    if (!offered.ok) return offered.why;
    const { thisUpdate, nextUpdate, isNew, proves } = offered;
    source.window = { thisUpdate, nextUpdate };
    const now = this.#now();
    if (proves !== null && clock.turnedBack(proves) !== null) clock.proved(proves);
    if (source.wish.kind !== 'certificate') clock.seen(thisUpdate);
    clock.seen(now);
    await store.put(...keyOf(source.wish), examined.der, now);
    if (isNew) onNews();
    // It is of use while there is a grace, but it is not what was asked for.
    return this.#isOver(source, now) ? 'over' : null;
  }

  #startRestoring(source: Source): Promise<void> {
    source.restored = true;
    const restoring = this.#restore(source)
      // A fault of ours: what is on disk is fetched again.
      .catch(() => undefined)
      .finally(() => {
        source.restoring = null;
      });
    source.restoring = restoring;
    return restoring;
  }

  /** What the disk has; it is verified like anything that comes from outside. */
  async #restore(source: Source): Promise<void> {
    const entry = await this.#options.store.get(...keyOf(source.wish));
    if (entry === null) return;
    const examined = await this.#offer(source.wish, entry.der, null);
    source.over = examined?.offered.ok === false && examined.offered.why === 'over';
    if (examined?.offered.ok !== true) return;
    const { thisUpdate, nextUpdate, isNew } = examined.offered;
    source.window = { thisUpdate, nextUpdate };
    source.lastAt = entry.fetchedAt;
    if (isNew) this.#options.onNews();
  }

  async #offer(wish: RevocationWish, der: Uint8Array, nonce: Uint8Array | null): Promise<Examined | null> {
    const { clock } = this.#options;
    const examined = await this.#offerAt(wish, der, nonce, clock.reached(this.#now()));
    if (examined === null || examined.offered.ok) return examined;
    const { offered } = examined;
    // Who signs it is trusted, so that time has been reached: the clock here is behind.
    if (offered.why === 'not-yet') clock.seen(offered.thisUpdate);
    // Over only because a clock that was ahead has left its mark: this one puts it right.
    else if (offered.why === 'over' && offered.proves !== null && clock.turnedBack(offered.proves) !== null)
      clock.proved(offered.proves);
    else return examined;
    return await this.#offerAt(wish, examined.der, nonce, clock.reached(this.#now()));
  }

  async #offerAt(
    wish: RevocationWish,
    der: Uint8Array,
    nonce: Uint8Array | null,
    at: number,
  ): Promise<Examined | null> {
    const { acceptance } = this.#options;
    switch (wish.kind) {
      case 'crl':
        return await acceptance.offerList(wish.url, der, at);
      case 'ocsp':
        return await acceptance.offerAnswer(wish.key, der, nonce, at);
      case 'certificate':
        return await acceptance.offerCertificate(der);
    }
  }
}

/** A fault of ours costs this attempt, and nothing else. */
function failed(source: Source, now: number): void {
  source.fault = 'failed';
  source.failures += 1;
  source.failingSince ??= now;
  source.answered = false;
  source.lastAt = now;
}

function nameOf(wish: RevocationWish): string {
  return wish.kind === 'ocsp' ? `ocsp ${wish.key.issuer} ${wish.key.serial}` : `${wish.kind} ${wish.url}`;
}

function keyOf(wish: RevocationWish): [EntryKind, EntryKey] {
  return wish.kind === 'ocsp' ? ['ocsp', wish.key] : [wish.kind, { url: wish.url }];
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}
