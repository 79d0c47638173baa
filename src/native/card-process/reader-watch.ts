import {
  INFINITE,
  PNP_NOTIFICATION,
  SCARD_STATE_CHANGED,
  SCARD_STATE_UNAVAILABLE,
  SCARD_STATE_UNAWARE,
  SCARD_STATE_UNKNOWN,
} from '../pcsc/constants.ts';
import type { PcscContext, ReaderState } from '../pcsc/context.ts';
import {
  PcscError,
  SCARD_E_INVALID_PARAMETER,
  SCARD_E_INVALID_VALUE,
  SCARD_E_UNKNOWN_READER,
} from '../pcsc/return-code.ts';
import { monotonicMs } from './monotonic.ts';
import type { Presence } from './presence.ts';
import type { WatcherMessage } from './thread-messages.ts';
import type { WatcherSignal } from './watcher-signal.ts';

/** How often the list of readers is asked for where nothing tells that it has changed. */
const RELIST_MS = 2000;
/** A reader that comes between our list and the next wait goes unnoticed by pcsc-lite: look once more, then rest. */
const SETTLE_MS = 1000;
/** The list and the states contradict each other for this long at most before the service counts as broken. */
const MAX_CONTRADICTIONS = 50;
const CONTRADICTION_PAUSE_MS = 20;

const MAX_READERS_TOLD = 64;

/** What a watch needs of a PC/SC context. */
export type ReaderSource = Pick<PcscContext, 'readers' | 'statusChange'> & {
  /** The most entries that one question takes. */
  readonly maxStates: number;
};

/** Watches all readers through one context, until a command is pending (then `run` returns) or the service fails (it throws). */
export class ReaderWatch {
  readonly #context: ReaderSource;
  readonly #presence: Presence;
  readonly #signal: WatcherSignal;
  readonly #send: (message: WatcherMessage) => void;
  readonly #answers: () => void;
  readonly #states = new Map<string, ReaderState>();
  readonly #pnp: ReaderState = {
    reader: PNP_NOTIFICATION,
    current: SCARD_STATE_UNAWARE,
    event: 0,
    atr: new Uint8Array(),
  };
  #pnpSupported = true;
  #contradictions = 0;
  #surveyed = false;

  constructor(
    context: ReaderSource,
    presence: Presence,
    signal: WatcherSignal,
    send: (message: WatcherMessage) => void,
    /** Called when the service has answered its first question. */
    answers: () => void,
  ) {
    this.#context = context;
    this.#presence = presence;
    this.#signal = signal;
    this.#send = send;
    this.#answers = answers;
  }

  run(): void {
    this.#pnpSupported = this.#asksForPnp();
    let listed = this.#list();
    this.#answers();
    this.#tell(listed);
    let settled = false;
    let relist = false;

    while (this.#signal.pending() === 'none') {
      if (relist) {
        const now = this.#list();
        const same = now.length === listed.length && now.every((name) => this.#states.has(name));
        if (!same) this.#tell(now);
        settled = same;
        listed = now;
        relist = false;
      }
      const outcome = this.#wait(settled);
      switch (outcome) {
        case 'states':
          this.#contradictions = 0;
          break;
        case 'readers':
          relist = true;
          break;
        case 'cancelled':
          continue;
      }
      if (!this.#surveyed && !relist) {
        this.#surveyed = true;
        this.#send({ type: 'surveyed', at: monotonicMs() });
      }
    }
  }

  /** One wait and what came of it; 'readers': the list of readers must be looked at again. */
  #wait(settled: boolean): 'states' | 'readers' | 'cancelled' {
    const readers = [...this.#states.values()].slice(0, this.#context.maxStates);
    const room = readers.length < this.#context.maxStates;
    const asked = this.#pnpSupported && room ? [...readers, this.#pnp] : readers;
    const timeoutMs = this.#surveyed ? this.#patienceMs(settled, room) : 0;
    if (asked.length === 0) {
      // Not one reader, and nothing that would tell of the first.
      if (!this.#surveyed) return 'states';
      this.#signal.sleep(timeoutMs, this.#signal.knocks());
      return 'readers';
    }

    let outcome: ReturnType<PcscContext['statusChange']>;
    try {
      outcome = this.#context.statusChange(asked, timeoutMs);
    } catch (error) {
      return this.#contradicted(error);
    }
    const at = monotonicMs();
    switch (outcome) {
      case 'cancelled':
        return 'cancelled';
      case 'timed-out':
        return this.#surveyed ? 'readers' : 'states';
      case 'changed':
        return this.#evaluate(readers, at);
    }
  }

  #patienceMs(settled: boolean, room: boolean): number {
    // A full service can only lose readers, and that shows in their states.
    if (!this.#pnpSupported && room) return RELIST_MS;
    return settled ? INFINITE : SETTLE_MS;
  }

  #evaluate(readers: readonly ReaderState[], at: number): 'states' | 'readers' {
    let outcome: 'states' | 'readers' = 'states';
    if ((this.#pnp.event & SCARD_STATE_CHANGED) !== 0) outcome = 'readers';
    this.#pnp.current = this.#pnp.event & ~SCARD_STATE_CHANGED;
    this.#pnp.event = 0;
    for (const state of readers) {
      if ((state.event & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) !== 0) {
        this.#forget(state.reader, at);
        outcome = 'readers';
        continue;
      }
      for (const event of this.#presence.update(state.reader, state.event, state.atr, at)) this.#send(event);
      state.current = state.event & ~SCARD_STATE_CHANGED;
    }
    return outcome;
  }

  /** A reader vanished between list and question: that shows as an error of the whole question. */
  #contradicted(error: unknown): 'readers' {
    if (!(error instanceof PcscError)) throw error;
    switch (error.returnCode) {
      case SCARD_E_UNKNOWN_READER:
        break;
      case SCARD_E_INVALID_PARAMETER:
      case SCARD_E_INVALID_VALUE:
        // Refused with the notification among the readers: do without.
        if (!this.#pnpSupported) throw error;
        this.#pnpSupported = false;
        break;
      default:
        throw error;
    }
    this.#contradictions += 1;
    if (this.#contradictions > MAX_CONTRADICTIONS) throw error;
    if (this.#contradictions > 1) this.#signal.sleep(CONTRADICTION_PAUSE_MS, this.#signal.knocks());
    return 'readers';
  }

  /** A service that does not know the notification says so, in the state or by an error. */
  #asksForPnp(): boolean {
    try {
      this.#context.statusChange([this.#pnp], 0);
      const supported = (this.#pnp.event & SCARD_STATE_UNKNOWN) === 0;
      this.#pnp.current = this.#pnp.event & ~SCARD_STATE_CHANGED;
      this.#pnp.event = 0;
      return supported;
    } catch (error) {
      if (error instanceof PcscError && error.failure.code !== 'service-stopped') return false;
      throw error;
    }
  }

  #list(): string[] {
    return this.#context.readers().slice(0, MAX_READERS_TOLD);
  }

  /** Takes up a new list: what is gone is removed before anything else is said. */
  #tell(names: readonly string[]): void {
    const at = monotonicMs();
    // The presence may know a reader from before a sleep that this watch has never seen.
    for (const reader of new Set([...this.#states.keys(), ...this.#presence.occupied()])) {
      if (!names.includes(reader)) this.#forget(reader, at);
    }
    for (const reader of names) {
      if (this.#states.has(reader)) continue;
      this.#states.set(reader, { reader, current: SCARD_STATE_UNAWARE, event: 0, atr: new Uint8Array() });
    }
    this.#send({ type: 'readers', readers: [...names], at });
  }

  #forget(reader: string, at: number): void {
    this.#states.delete(reader);
    for (const event of this.#presence.unplugged(reader, at)) this.#send(event);
  }
}
