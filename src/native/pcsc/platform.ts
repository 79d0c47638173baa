/**
 * PC/SC is one API with three binary forms. Each is data here, so that a test on any machine can assert all of them:
 * Linux (pcsc-lite: DWORD is `unsigned long`), macOS (PCSC.framework: 32-bit and packed) and Windows (WinSCard).
 */

/** The parameter kinds that PC/SC functions are made of; each platform gives them a width. */
export type ParameterKind =
  | 'DWORD'
  | 'CONTEXT'
  | 'HANDLE'
  | 'STRING'
  | 'BYTES'
  | 'NULL'
  | 'OUT_DWORD'
  | 'INOUT_DWORD'
  | 'OUT_CONTEXT'
  | 'OUT_HANDLE'
  | 'READER_STATES'
  | 'IO_REQUEST';

export const PCSC_FUNCTIONS = {
  SCardEstablishContext: ['DWORD', 'NULL', 'NULL', 'OUT_CONTEXT'],
  SCardReleaseContext: ['CONTEXT'],
  SCardIsValidContext: ['CONTEXT'],
  SCardListReaders: ['CONTEXT', 'NULL', 'BYTES', 'INOUT_DWORD'],
  SCardGetStatusChange: ['CONTEXT', 'DWORD', 'READER_STATES', 'DWORD'],
  SCardCancel: ['CONTEXT'],
  SCardConnect: ['CONTEXT', 'STRING', 'DWORD', 'DWORD', 'OUT_HANDLE', 'OUT_DWORD'],
  SCardReconnect: ['HANDLE', 'DWORD', 'DWORD', 'DWORD', 'OUT_DWORD'],
  SCardDisconnect: ['HANDLE', 'DWORD'],
  SCardBeginTransaction: ['HANDLE'],
  SCardEndTransaction: ['HANDLE', 'DWORD'],
  SCardStatus: ['HANDLE', 'BYTES', 'INOUT_DWORD', 'OUT_DWORD', 'OUT_DWORD', 'BYTES', 'INOUT_DWORD'],
  SCardTransmit: ['HANDLE', 'IO_REQUEST', 'BYTES', 'DWORD', 'NULL', 'BYTES', 'INOUT_DWORD'],
  SCardControl: ['HANDLE', 'DWORD', 'BYTES', 'DWORD', 'BYTES', 'DWORD', 'OUT_DWORD'],
  SCardGetAttrib: ['HANDLE', 'DWORD', 'BYTES', 'INOUT_DWORD'],
} as const satisfies Record<string, readonly ParameterKind[]>;

export type PcscFunctionName = keyof typeof PCSC_FUNCTIONS;

export type PcscPlatform = {
  readonly name: 'linux' | 'darwin' | 'win32';
  readonly library: string;
  /** Calling convention where it is not the C compiler's own. On 64-bit Windows it is the only one there is. */
  readonly convention: '__stdcall' | null;
  /** DWORD, and the result LONG with its sign. */
  readonly dword: 'uint32' | 'uint64';
  readonly long: 'int32' | 'int64';
  /** SCARDCONTEXT and SCARDHANDLE. */
  readonly handle: 'int32' | 'int64' | 'uint64';
  /** Bytes reserved for an ATR in SCARD_READERSTATE: ISO 7816-3 allows 33; Windows rounds up. */
  readonly atrSize: 33 | 36;
  /** The structures are packed to single bytes (`#pragma pack(1)`). */
  readonly packed: boolean;
  /** Symbols that are called differently in this library. */
  readonly symbols: Readonly<Partial<Record<PcscFunctionName, string>>>;
  readonly controlCode: (code: number) => number;
  /** The most entries that one SCardGetStatusChange takes, the plug-and-play notification included. */
  readonly maxReaderStates: number;
};

export const LINUX: PcscPlatform = {
  name: 'linux',
  library: 'libpcsclite.so.1',
  convention: null,
  dword: 'uint64',
  long: 'int64',
  handle: 'int64',
  atrSize: 33,
  packed: false,
  symbols: {},
  controlCode: (code) => 0x42000000 + code,
  maxReaderStates: 16,
};

export const MACOS: PcscPlatform = {
  name: 'darwin',
  library: '/System/Library/Frameworks/PCSC.framework/PCSC',
  convention: null,
  dword: 'uint32',
  long: 'int32',
  handle: 'int32',
  atrSize: 33,
  packed: true,
  // The unnumbered symbol is an older function without a control code; winscard.h names the real one so.
  symbols: { SCardControl: 'SCardControl132' },
  controlCode: (code) => 0x42000000 + code,
  maxReaderStates: 16,
};

export const WINDOWS: PcscPlatform = {
  name: 'win32',
  library: 'winscard.dll',
  convention: '__stdcall',
  dword: 'uint32',
  long: 'int32',
  handle: 'uint64',
  atrSize: 36,
  packed: false,
  symbols: {
    SCardListReaders: 'SCardListReadersA',
    SCardGetStatusChange: 'SCardGetStatusChangeA',
    SCardConnect: 'SCardConnectA',
    SCardStatus: 'SCardStatusA',
  },
  // CTL_CODE(FILE_DEVICE_SMARTCARD, code, METHOD_BUFFERED, FILE_ANY_ACCESS)
  controlCode: (code) => 0x310000 + code * 4,
  maxReaderStates: 64,
};

/** The form that this machine speaks. pcsc-lite serves every other Unix too. */
export function currentPlatform(): PcscPlatform {
  switch (process.platform) {
    case 'win32':
      return WINDOWS;
    case 'darwin':
      return MACOS;
    default:
      return LINUX;
  }
}
