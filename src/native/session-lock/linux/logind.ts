import * as v from 'valibot';
import type { ActionOutcome } from '../../../core/contract/desktop-session.ts';
import { awaitLocked, type LockEvidence, type LockMethod, type MethodResult } from '../lock-method.ts';
import type { SessionLog } from '../options.ts';
import {
  type BusAnswer,
  type BusConnection,
  type BusSignal,
  ownerChange,
  ownerChangeRule,
  PROPERTIES,
  PropertiesChangedSchema,
} from './bus.ts';
import { BusKeeper } from './bus-keeper.ts';
import {
  findSession,
  LOGIN1,
  LOGIN1_MANAGER,
  LOGIN1_PATH,
  LOGIN1_SESSION,
  readSession,
  type SessionFacts,
  withChanges,
} from './logind-session.ts';

export type LogindOptions = {
  readonly address: string;
  readonly env: NodeJS.ProcessEnv;
  readonly session: string | undefined;
  readonly confirmationLimitMs: number;
  readonly log: SessionLog;
};

const RETRY_MS = 1_000;
const SessionEventSchema = v.tuple([v.string(), v.string()]);

/**
 * This user's session in systemd-logind (org.freedesktop.login1(5); elogind speaks the same). One connection stays open
 * and knows the session, so that a lock costs one write to a socket. Everything it believes comes from signals whose
 * sender is the owner of logind's name.
 */
export class Logind implements LockMethod, LockEvidence {
  readonly name = 'logind';
  readonly #options: LogindOptions;
  readonly #keeper: BusKeeper;
  readonly #listeners = new Set<() => void>();
  readonly #resumeListeners = new Set<() => void>();
  #bus: BusConnection | null = null;
  #owner: string | null = null;
  #session: SessionFacts | null = null;
  #sendLock: (() => Promise<BusAnswer>) | null = null;
  #rule: string | null = null;
  #watchedPath: string | null = null;
  /** What PropertiesChanged has told since the search began: it may overtake the answer that the search waits for. */
  #heard: Readonly<Record<string, unknown>> = {};
  #reason = 'not connected to the system bus yet';
  #closed = false;
  #searching = false;
  #searchAgain = false;

  constructor(options: LogindOptions) {
    this.#options = options;
    this.#keeper = new BusKeeper({
      address: options.address,
      name: 'system bus',
      log: options.log,
      onConnected: (bus) => this.#connected(bus),
      onLost: (reason) => this.#lost(`system bus: ${reason}`),
    });
  }

  /** Resolves when the first attempt to find the session is over. */
  get firstAttempt(): Promise<void> {
    return this.#keeper.firstAttempt;
  }

  /** null: not known now; {@link Logind.unavailable} says why. */
  get session(): SessionFacts | null {
    return this.#session;
  }

  get unavailable(): string | null {
    return this.#session === null ? this.#reason : null;
  }

  state(): 'locked' | 'open' | 'lost' {
    if (this.#session === null) return 'lost';
    return this.#session.lockedHint === true ? 'locked' : 'open';
  }

  /** Told after each change of anything that this class shows. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The Lock message is on the socket when this returns, if the session is known; else it fails at once. */
  request(): Promise<MethodResult> {
    const send = this.#sendLock;
    if (send === null) return Promise.resolve({ result: 'failed', detail: this.#reason });
    let accepted = false;
    const early = send().then((answer): MethodResult | null => {
      accepted = answer.ok;
      return answer.ok ? null : { result: 'failed', detail: answer.text };
    });
    const limitMs = this.#options.confirmationLimitMs;
    return awaitLocked(this, limitMs, early, () =>
      accepted
        ? `Lock was accepted, but LockedHint was not set within ${limitMs} ms: no screen locker listens`
        : `Lock was not answered within ${limitMs} ms`,
    );
  }

  /** Resolves true as soon as the session is known; false when `limitMs` is over. */
  ready(limitMs: number): Promise<boolean> {
    if (this.#session !== null) return Promise.resolve(true);
    this.#keeper.hurry();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const stop = this.onChange(() => this.#session !== null && resolve(true));
    const limit = setTimeout(() => resolve(false), limitMs);
    return promise.finally(() => {
      stop();
      clearTimeout(limit);
    });
  }

  /** Asks logind itself for LockedHint instead of trusting what was last heard; null where it does not answer. */
  async readLockedHint(): Promise<boolean | null> {
    const answer = await this.#callSession(PROPERTIES, 'Get', [LOGIN1_SESSION, 'LockedHint'], 'ss', 500);
    const value: unknown = answer?.ok === true ? answer.body[0] : null;
    return typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'boolean'
      ? value.value
      : null;
  }

  /** Ends the session and all of its programs, this one likely among them. */
  async terminate(): Promise<ActionOutcome> {
    const answer = await this.#callSession(LOGIN1_SESSION, 'Terminate');
    if (answer === null) return { done: false, detail: this.#reason };
    return answer.ok ? { done: true, detail: null } : { done: false, detail: answer.text };
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#keeper.close();
  }

  async #callSession(
    of: string,
    member: string,
    body: readonly unknown[] = [],
    signature = '',
    limitMs = 5_000,
  ): Promise<BusAnswer | null> {
    if (this.#bus === null || this.#session === null) return null;
    const { path } = this.#session;
    return this.#bus.call({ destination: LOGIN1, path, interface: of, member, signature, body, limitMs });
  }

  async #connected(bus: BusConnection): Promise<void> {
    this.#bus = bus;
    this.#rule = null;
    bus.onSignal((signal) => this.#hear(bus, signal));
    const manager = `type='signal',sender='${LOGIN1}',path='${LOGIN1_PATH}',interface='${LOGIN1_MANAGER}'`;
    await Promise.all([
      bus.addMatch(ownerChangeRule(LOGIN1)),
      bus.addMatch(`${manager},member='SessionNew'`),
      bus.addMatch(`${manager},member='SessionRemoved'`),
      bus.addMatch(`${manager},member='PrepareForSleep'`),
    ]);
    // Asked after the subscription: a change in between is heard, not missed.
    this.#owner = await bus.ownerOf(LOGIN1);
    await this.#search(bus);
  }

  #lost(reason: string): void {
    this.#bus = null;
    this.#owner = null;
    this.#forget(reason);
  }

  #forget(reason: string): void {
    const had = this.#session !== null;
    this.#watchedPath = null;
    this.#session = null;
    this.#sendLock = null;
    this.#reason = reason;
    if (had && !this.#closed) this.#options.log('warning', `logind: ${reason}`);
    this.#tell();
  }

  #hear(bus: BusConnection, signal: BusSignal): void {
    const change = ownerChange(signal, [LOGIN1]);
    if (change !== null) {
      this.#owner = change.owner;
      this.#forget(change.owner === null ? 'logind is not running' : 'logind has started anew');
      if (change.owner !== null) void this.#search(bus);
      return;
    }
    if (this.#owner === null || signal.sender !== this.#owner) return;
    if (signal.interface === LOGIN1_MANAGER) this.#hearManager(bus, signal);
    else if (signal.interface === PROPERTIES && signal.member === 'PropertiesChanged') {
      if (signal.path === this.#watchedPath) this.#hearSession(bus, signal);
    }
  }

  #hearSession(bus: BusConnection, signal: BusSignal): void {
    const parsed = v.safeParse(PropertiesChangedSchema, signal.body);
    if (!parsed.success || parsed.output[0] !== LOGIN1_SESSION) return;
    const [, changed, invalidated] = parsed.output;
    this.#heard = { ...this.#heard, ...changed };
    if (this.#session !== null) this.#session = withChanges(this.#session, changed);
    if (invalidated.length > 0) void this.#search(bus);
    this.#tell();
  }

  /** Told after each sleep of the machine: PrepareForSleep(false). */
  onResume(listener: () => void): () => void {
    this.#resumeListeners.add(listener);
    return () => this.#resumeListeners.delete(listener);
  }

  #hearManager(bus: BusConnection, signal: BusSignal): void {
    if (signal.member === 'PrepareForSleep') {
      if (signal.body[0] === false) for (const listener of this.#resumeListeners) listener();
      return;
    }
    const parsed = v.safeParse(SessionEventSchema, signal.body);
    if (!parsed.success) return;
    const [, path] = parsed.output;
    if (signal.member === 'SessionRemoved' && path === this.#session?.path) {
      this.#forget('the session has ended');
      void this.#search(bus);
    } else if (signal.member === 'SessionNew' && this.#session === null) void this.#search(bus);
  }

  /** Finds our session and subscribes to it; one search at a time, and another after it where one was asked for. */
  async #search(bus: BusConnection): Promise<void> {
    if (this.#searching) {
      this.#searchAgain = true;
      return;
    }
    this.#searching = true;
    do {
      this.#searchAgain = false;
      await this.#searchOnce(bus);
    } while (this.#searchAgain && this.#bus === bus);
    this.#searching = false;
    // The connection changed under a running search: the new one has asked for a search that did not happen.
    if (this.#bus !== null && this.#bus !== bus && this.#searchAgain) await this.#search(this.#bus);
  }

  async #searchOnce(bus: BusConnection): Promise<void> {
    const owner = this.#owner;
    const current = () => this.#bus === bus && bus.connected && this.#owner === owner;
    if (owner === null) return this.#forget('logind is not running');
    const found = await findSession(bus, this.#options.env, this.#options.session);
    if (!current()) return;
    if (found.path === null) {
      this.#forget(found.reason);
      if (found.again) this.#searchLater(bus);
      return;
    }
    this.#watchedPath = found.path;
    this.#heard = {};
    await this.#subscribe(bus, found.path);
    const facts = await readSession(bus, found.path);
    if (!current()) return;
    if (facts === null) {
      this.#forget('the session could not be read');
      this.#searchLater(bus);
      return;
    }
    if (this.#session?.path !== facts.path) this.#options.log('info', `logind: session ${facts.id} (${facts.type})`);
    this.#session = withChanges(facts, this.#heard);
    this.#sendLock = bus.prepare({
      destination: LOGIN1,
      path: facts.path,
      interface: LOGIN1_SESSION,
      member: 'Lock',
      limitMs: this.#options.confirmationLimitMs,
    });
    this.#tell();
  }

  #searchLater(bus: BusConnection): void {
    setTimeout(() => this.#bus === bus && void this.#search(bus), RETRY_MS).unref();
  }

  async #subscribe(bus: BusConnection, path: string): Promise<void> {
    const rule = `type='signal',sender='${LOGIN1}',path='${path}',interface='${PROPERTIES}',member='PropertiesChanged'`;
    if (rule === this.#rule) return;
    const old = this.#rule;
    this.#rule = rule;
    await bus.addMatch(rule);
    if (old !== null) await bus.removeMatch(old);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
