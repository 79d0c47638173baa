import koffi from 'koffi';
import { typesOf } from './layout.ts';
import { currentPlatform, type PcscFunctionName, type PcscPlatform } from './platform.ts';

/** A context or card handle; a bigint where it does not fit a number (64-bit Windows may do that). */
export type PcscHandle = number | bigint;

/** A 32- or 64-bit number on its way out of (or in and out of) a function: an array of one, as koffi wants it. */
export type Cell<T = number> = [T];

/** SCARD_READERSTATE, as it goes in and comes out of SCardGetStatusChange. */
export type RawReaderState = {
  szReader: string;
  pvUserData: null;
  dwCurrentState: number;
  dwEventState: number;
  cbAtr: number;
  rgbAtr: Uint8Array;
};

type IoRequest = { dwProtocol: number; cbPciLength: number };
type Bytes = Uint8Array | null;

/**
 * The functions of winscard.h; each returns its return code as the platform's LONG. All calls are synchronous: they
 * run in worker threads that may block. koffi's own asynchronous calls would park them in libuv's pool, which other
 * work needs, and whose threads cannot be told apart.
 */
export type PcscLibrary = {
  readonly platform: PcscPlatform;
  readonly ioRequestSize: number;
  readonly SCardEstablishContext: (scope: number, _1: null, _2: null, context: Cell<PcscHandle>) => number;
  readonly SCardReleaseContext: (context: PcscHandle) => number;
  readonly SCardIsValidContext: (context: PcscHandle) => number;
  readonly SCardListReaders: (context: PcscHandle, groups: null, names: Bytes, length: Cell) => number;
  readonly SCardGetStatusChange: (
    context: PcscHandle,
    timeoutMs: number,
    states: RawReaderState[],
    count: number,
  ) => number;
  readonly SCardCancel: (context: PcscHandle) => number;
  readonly SCardConnect: (
    context: PcscHandle,
    reader: string,
    shareMode: number,
    protocols: number,
    handle: Cell<PcscHandle>,
    protocol: Cell,
  ) => number;
  readonly SCardReconnect: (
    handle: PcscHandle,
    shareMode: number,
    protocols: number,
    initialization: number,
    protocol: Cell,
  ) => number;
  readonly SCardDisconnect: (handle: PcscHandle, disposition: number) => number;
  readonly SCardBeginTransaction: (handle: PcscHandle) => number;
  readonly SCardEndTransaction: (handle: PcscHandle, disposition: number) => number;
  readonly SCardStatus: (
    handle: PcscHandle,
    reader: Bytes,
    readerLength: Cell,
    state: Cell,
    protocol: Cell,
    atr: Bytes,
    atrLength: Cell,
  ) => number;
  readonly SCardTransmit: (
    handle: PcscHandle,
    sendPci: IoRequest,
    command: Bytes,
    commandLength: number,
    receivePci: null,
    response: Bytes,
    responseLength: Cell,
  ) => number;
  readonly SCardControl: (
    handle: PcscHandle,
    code: number,
    command: Bytes,
    commandLength: number,
    response: Bytes,
    responseSize: number,
    responseLength: Cell,
  ) => number;
  readonly SCardGetAttrib: (handle: PcscHandle, attribute: number, value: Bytes, length: Cell) => number;
};

/** The library is not installed, or is not the PC/SC library. `wardkey doctor` turns this into words. */
export class PcscLibraryMissing extends Error {
  override readonly name = 'PcscLibraryMissing';
}

let loaded: PcscLibrary | null = null;

/** Loads this machine's PC/SC library, once a thread. Throws {@link PcscLibraryMissing}. */
export function loadPcscLibrary(): PcscLibrary {
  loaded ??= bind(currentPlatform());
  return loaded;
}

function bind(platform: PcscPlatform): PcscLibrary {
  try {
    const library = koffi.load(platform.library);
    const types = typesOf(platform);
    const bound = (name: PcscFunctionName) => {
      const { result, parameters } = types.signature(name);
      const symbol = platform.symbols[name] ?? name;
      return platform.convention === null
        ? library.func(symbol, result, parameters)
        : library.func(platform.convention, symbol, result, parameters);
    };
    return {
      platform,
      ioRequestSize: koffi.sizeof(types.ioRequest),
      SCardEstablishContext: bound('SCardEstablishContext'),
      SCardReleaseContext: bound('SCardReleaseContext'),
      SCardIsValidContext: bound('SCardIsValidContext'),
      SCardListReaders: bound('SCardListReaders'),
      SCardGetStatusChange: bound('SCardGetStatusChange'),
      SCardCancel: bound('SCardCancel'),
      SCardConnect: bound('SCardConnect'),
      SCardReconnect: bound('SCardReconnect'),
      SCardDisconnect: bound('SCardDisconnect'),
      SCardBeginTransaction: bound('SCardBeginTransaction'),
      SCardEndTransaction: bound('SCardEndTransaction'),
      SCardStatus: bound('SCardStatus'),
      SCardTransmit: bound('SCardTransmit'),
      SCardControl: bound('SCardControl'),
      SCardGetAttrib: bound('SCardGetAttrib'),
    };
  } catch (error) {
    throw new PcscLibraryMissing(`${platform.library} cannot be used`, { cause: error });
  }
}
