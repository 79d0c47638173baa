import { SCARD_SCOPE_SYSTEM } from './constants.ts';
import { type Cell, loadPcscLibrary, type PcscHandle, type PcscLibrary, type RawReaderState } from './library.ts';
import {
  check,
  PcscError,
  SCARD_E_CANCELLED,
  SCARD_E_INSUFFICIENT_BUFFER,
  SCARD_E_NO_READERS_AVAILABLE,
  SCARD_E_TIMEOUT,
  SCARD_S_SUCCESS,
} from './return-code.ts';

/** One reader's line in a question to SCardGetStatusChange. */
export type ReaderState = {
  readonly reader: string;
  /** What the caller knows: the event state it was told last, or SCARD_STATE_UNAWARE. */
  current: number;
  /** SCARD_STATE_ bits; the upper 16 bits count insertions and removals since the service started. */
  event: number;
  /** Empty when no card is in, or it is mute. */
  atr: Uint8Array;
};

const MAX_NAME_LIST_BYTES = 64 * 1024;
const MAX_NAME_LENGTH = 255;

/** A connection to the smartcard service (SCARDCONTEXT). All calls block; none is safe to share between threads but `cancel`. */
export class PcscContext {
  readonly handle: PcscHandle;
  readonly library: PcscLibrary;
  #nameList = Buffer.alloc(4096);

  private constructor(library: PcscLibrary, handle: PcscHandle) {
    this.library = library;
    this.handle = handle;
  }

  /** Throws a {@link PcscError}; 'service-stopped' means that the service does not run (now). */
  static establish(library: PcscLibrary = loadPcscLibrary()): PcscContext {
    const handle: Cell<PcscHandle> = [0];
    check('SCardEstablishContext', library.SCardEstablishContext(SCARD_SCOPE_SYSTEM, null, null, handle));
    return new PcscContext(library, handle[0]);
  }

  /** The most readers (with the plug-and-play notification) that one `statusChange` takes. */
  get maxStates(): number {
    return this.library.platform.maxReaderStates;
  }

  isValid(): boolean {
    return this.library.SCardIsValidContext(this.handle) >>> 0 === SCARD_S_SUCCESS;
  }

  /**
   * Names of the readers, in the service's order. A name that could not be handed back unharmed (not text, or longer than
   * the API allows) is left out: asking for it would fail the question for all readers.
   */
  readers(): string[] {
    for (;;) {
      const length: Cell = [this.#nameList.length];
      const code = this.library.SCardListReaders(this.handle, null, this.#nameList, length) >>> 0;
      if (code === SCARD_E_NO_READERS_AVAILABLE) return [];
      if (code === SCARD_E_INSUFFICIENT_BUFFER && this.#nameList.length < MAX_NAME_LIST_BYTES) {
        this.#nameList = Buffer.alloc(this.#nameList.length * 2);
        continue;
      }
      check('SCardListReaders', code);
      return namesOf(this.#nameList.subarray(0, length[0]));
    }
  }

  /**
   * Waits until a reader's state differs from `current`, for `timeoutMs` at most (INFINITE: for ever), and writes `event`
   * and `atr` of each state. Throws a {@link PcscError} for every other end.
   */
  statusChange(states: readonly ReaderState[], timeoutMs: number): 'changed' | 'timed-out' | 'cancelled' {
    const atrSize = this.library.platform.atrSize;
    const raw: RawReaderState[] = states.map((state) => ({
      szReader: state.reader,
      pvUserData: null,
      dwCurrentState: state.current,
      dwEventState: 0,
      cbAtr: 0,
      rgbAtr: new Uint8Array(atrSize),
    }));
    const code = this.library.SCardGetStatusChange(this.handle, timeoutMs, raw, raw.length) >>> 0;
    switch (code) {
      case SCARD_S_SUCCESS:
        break;
      case SCARD_E_TIMEOUT:
        return 'timed-out';
      case SCARD_E_CANCELLED:
        return 'cancelled';
      default:
        throw new PcscError('SCardGetStatusChange', code);
    }
    states.forEach((state, index) => {
      const answer = raw[index];
      if (answer === undefined) return;
      state.event = answer.dwEventState;
      state.atr = answer.rgbAtr.slice(0, Math.min(answer.cbAtr, atrSize));
    });
    return 'changed';
  }

  /** Ends a `statusChange` that blocks in another thread; see {@link cancelContext} for a thread without this object. */
  cancel(): void {
    check('SCardCancel', this.library.SCardCancel(this.handle));
  }

  /** Never throws: a context whose service is gone is released all the same. */
  release(): void {
    this.library.SCardReleaseContext(this.handle);
  }
}

/** Wakes the thread that blocks on this context. Tells whether the service took it: if not, nothing was blocking either. */
export function cancelContext(handle: PcscHandle): boolean {
  return loadPcscLibrary().SCardCancel(handle) >>> 0 === SCARD_S_SUCCESS;
}

/** Parses the multi-string of SCardListReaders: names, each ended by NUL, and an empty one at the end. */
export function namesOf(multiString: Uint8Array): string[] {
  const names: string[] = [];
  for (let start = 0; start < multiString.length; ) {
    const end = multiString.indexOf(0, start);
    if (end <= start) break;
    const bytes = Buffer.from(multiString.subarray(start, end));
    const name = bytes.toString('utf8');
    if (name.length <= MAX_NAME_LENGTH && Buffer.from(name, 'utf8').equals(bytes)) names.push(name);
    start = end + 1;
  }
  return names;
}
