import { CardError, type CardFailure } from '../../core/card/card-error.ts';

/** What a return code means for the one who called; see {@link failureOf}. */
type Meaning =
  | 'card-removed'
  | 'card-mute'
  | 'reader-busy'
  | 'reader-gone'
  | 'service-stopped'
  | 'timed-out'
  | 'not-supported'
  /** Nothing more is known than the code's own name. */
  | 'by-name';

/**
 * Every return code of winscard.h and pcsclite.h, and those Win32 errors that WinSCard passes through. The one place
 * where codes get a meaning.
 */
const RETURN_CODES: ReadonlyMap<number, readonly [name: string, meaning: Meaning]> = new Map([
  [0x80100001, ['SCARD_F_INTERNAL_ERROR', 'by-name']],
  [0x80100002, ['SCARD_E_CANCELLED', 'by-name']],
  // A context or handle dies with the service that gave it.
  [0x80100003, ['SCARD_E_INVALID_HANDLE', 'service-stopped']],
  [0x80100004, ['SCARD_E_INVALID_PARAMETER', 'by-name']],
  [0x80100005, ['SCARD_E_INVALID_TARGET', 'by-name']],
  [0x80100006, ['SCARD_E_NO_MEMORY', 'by-name']],
  [0x80100007, ['SCARD_F_WAITED_TOO_LONG', 'timed-out']],
  [0x80100008, ['SCARD_E_INSUFFICIENT_BUFFER', 'by-name']],
  [0x80100009, ['SCARD_E_UNKNOWN_READER', 'reader-gone']],
  [0x8010000a, ['SCARD_E_TIMEOUT', 'timed-out']],
  [0x8010000b, ['SCARD_E_SHARING_VIOLATION', 'reader-busy']],
  [0x8010000c, ['SCARD_E_NO_SMARTCARD', 'card-removed']],
  [0x8010000d, ['SCARD_E_UNKNOWN_CARD', 'by-name']],
  [0x8010000e, ['SCARD_E_CANT_DISPOSE', 'by-name']],
  [0x8010000f, ['SCARD_E_PROTO_MISMATCH', 'not-supported']],
  [0x80100010, ['SCARD_E_NOT_READY', 'card-mute']],
  [0x80100011, ['SCARD_E_INVALID_VALUE', 'by-name']],
  [0x80100012, ['SCARD_E_SYSTEM_CANCELLED', 'service-stopped']],
  // pcsc-lite: the connection to the daemon broke while a call was waiting for its answer.
  [0x80100013, ['SCARD_F_COMM_ERROR', 'service-stopped']],
  [0x80100014, ['SCARD_F_UNKNOWN_ERROR', 'by-name']],
  [0x80100015, ['SCARD_E_INVALID_ATR', 'card-mute']],
  // pcsc-lite: the reader's driver got no usable answer out of the card.
  [0x80100016, ['SCARD_E_NOT_TRANSACTED', 'card-mute']],
  [0x80100017, ['SCARD_E_READER_UNAVAILABLE', 'reader-gone']],
  [0x80100018, ['SCARD_P_SHUTDOWN', 'service-stopped']],
  [0x80100019, ['SCARD_E_PCI_TOO_SMALL', 'by-name']],
  [0x8010001a, ['SCARD_E_READER_UNSUPPORTED', 'not-supported']],
  [0x8010001b, ['SCARD_E_DUPLICATE_READER', 'by-name']],
  [0x8010001c, ['SCARD_E_CARD_UNSUPPORTED', 'not-supported']],
  [0x8010001d, ['SCARD_E_NO_SERVICE', 'service-stopped']],
  [0x8010001e, ['SCARD_E_SERVICE_STOPPED', 'service-stopped']],
  // pcsc-lite gives SCARD_E_UNSUPPORTED_FEATURE this number, which elsewhere is only "unexpected".
  [0x8010001f, ['SCARD_E_UNEXPECTED', 'by-name']],
  [0x80100020, ['SCARD_E_ICC_INSTALLATION', 'by-name']],
  [0x80100021, ['SCARD_E_ICC_CREATEORDER', 'by-name']],
  [0x80100022, ['SCARD_E_UNSUPPORTED_FEATURE', 'not-supported']],
  [0x80100023, ['SCARD_E_DIR_NOT_FOUND', 'by-name']],
  [0x80100024, ['SCARD_E_FILE_NOT_FOUND', 'by-name']],
  [0x80100025, ['SCARD_E_NO_DIR', 'by-name']],
  [0x80100026, ['SCARD_E_NO_FILE', 'by-name']],
  [0x80100027, ['SCARD_E_NO_ACCESS', 'by-name']],
  [0x80100028, ['SCARD_E_WRITE_TOO_MANY', 'by-name']],
  [0x80100029, ['SCARD_E_BAD_SEEK', 'by-name']],
  [0x8010002a, ['SCARD_E_INVALID_CHV', 'by-name']],
  [0x8010002b, ['SCARD_E_UNKNOWN_RES_MNG', 'by-name']],
  [0x8010002c, ['SCARD_E_NO_SUCH_CERTIFICATE', 'by-name']],
  [0x8010002d, ['SCARD_E_CERTIFICATE_UNAVAILABLE', 'by-name']],
  [0x8010002e, ['SCARD_E_NO_READERS_AVAILABLE', 'reader-gone']],
  [0x8010002f, ['SCARD_E_COMM_DATA_LOST', 'card-mute']],
  [0x80100030, ['SCARD_E_NO_KEY_CONTAINER', 'by-name']],
  [0x80100031, ['SCARD_E_SERVER_TOO_BUSY', 'reader-busy']],
  [0x80100032, ['SCARD_E_PIN_CACHE_EXPIRED', 'by-name']],
  [0x80100033, ['SCARD_E_NO_PIN_CACHE', 'by-name']],
  [0x80100034, ['SCARD_E_READ_ONLY_CARD', 'by-name']],
  [0x80100065, ['SCARD_W_UNSUPPORTED_CARD', 'not-supported']],
  [0x80100066, ['SCARD_W_UNRESPONSIVE_CARD', 'card-mute']],
  [0x80100067, ['SCARD_W_UNPOWERED_CARD', 'card-mute']],
  [0x80100068, ['SCARD_W_RESET_CARD', 'by-name']],
  [0x80100069, ['SCARD_W_REMOVED_CARD', 'card-removed']],
  [0x8010006a, ['SCARD_W_SECURITY_VIOLATION', 'by-name']],
  [0x8010006b, ['SCARD_W_WRONG_CHV', 'by-name']],
  [0x8010006c, ['SCARD_W_CHV_BLOCKED', 'by-name']],
  [0x8010006d, ['SCARD_W_EOF', 'by-name']],
  [0x8010006e, ['SCARD_W_CANCELLED_BY_USER', 'by-name']],
  [0x8010006f, ['SCARD_W_CARD_NOT_AUTHENTICATED', 'by-name']],
  [0x80100070, ['SCARD_W_CACHE_ITEM_NOT_FOUND', 'by-name']],
  [0x80100071, ['SCARD_W_CACHE_ITEM_STALE', 'by-name']],
  [0x80100072, ['SCARD_W_CACHE_ITEM_TOO_BIG', 'by-name']],
  // Win32: a remote desktop's redirected service loses its pipe, a stopped one its handles.
  [0x00000001, ['ERROR_INVALID_FUNCTION', 'not-supported']],
  [0x00000002, ['ERROR_FILE_NOT_FOUND', 'reader-gone']],
  [0x00000005, ['ERROR_ACCESS_DENIED', 'by-name']],
  [0x00000006, ['ERROR_INVALID_HANDLE', 'service-stopped']],
  [0x00000015, ['ERROR_NOT_READY', 'card-mute']],
  [0x00000016, ['ERROR_BAD_COMMAND', 'reader-gone']],
  [0x0000001f, ['ERROR_GEN_FAILURE', 'card-mute']],
  [0x00000032, ['ERROR_NOT_SUPPORTED', 'not-supported']],
  [0x00000057, ['ERROR_INVALID_PARAMETER', 'by-name']],
  [0x0000006d, ['ERROR_BROKEN_PIPE', 'service-stopped']],
  [0x00000079, ['ERROR_SEM_TIMEOUT', 'card-mute']],
  [0x0000007a, ['ERROR_INSUFFICIENT_BUFFER', 'by-name']],
  [0x000000e9, ['ERROR_PIPE_NOT_CONNECTED', 'service-stopped']],
  [0x000001b1, ['ERROR_NO_SUCH_DEVICE', 'reader-gone']],
  [0x000003e3, ['ERROR_OPERATION_ABORTED', 'reader-gone']],
  [0x0000045d, ['ERROR_IO_DEVICE', 'card-mute']],
  [0x0000048f, ['ERROR_DEVICE_NOT_CONNECTED', 'reader-gone']],
  [0x000004c7, ['ERROR_CANCELLED', 'by-name']],
  [0x000006ba, ['RPC_S_SERVER_UNAVAILABLE', 'service-stopped']],
  [0x000006be, ['RPC_S_CALL_FAILED', 'service-stopped']],
]);

export const SCARD_S_SUCCESS = 0;
export const SCARD_E_CANCELLED = 0x80100002;
export const SCARD_E_INVALID_PARAMETER = 0x80100004;
export const SCARD_E_INSUFFICIENT_BUFFER = 0x80100008;
export const SCARD_E_UNKNOWN_READER = 0x80100009;
export const SCARD_E_TIMEOUT = 0x8010000a;
export const SCARD_E_SHARING_VIOLATION = 0x8010000b;
export const SCARD_E_INVALID_VALUE = 0x80100011;
export const SCARD_E_NOT_TRANSACTED = 0x80100016;
export const SCARD_E_NO_READERS_AVAILABLE = 0x8010002e;
export const SCARD_W_RESET_CARD = 0x80100068;

/** The code's name in winscard.h, or its number in hex when it has none. */
export function returnCodeName(code: number): string {
  const unsigned = code >>> 0;
  return RETURN_CODES.get(unsigned)?.[0] ?? `0x${unsigned.toString(16).padStart(8, '0').toUpperCase()}`;
}

/** A return code, however the platform signs or widens it, as a failure of src/core/card/card-error.ts. */
export function failureOf(code: number): CardFailure {
  const [name, meaning] = RETURN_CODES.get(code >>> 0) ?? [returnCodeName(code), 'by-name'];
  switch (meaning) {
    case 'card-removed':
    case 'card-mute':
    case 'reader-gone':
    case 'service-stopped':
    case 'timed-out':
      return { code: meaning };
    case 'reader-busy':
      return { code: meaning, holder: null };
    case 'not-supported':
      return { code: meaning, what: name };
    case 'by-name':
      return { code: 'pcsc', name };
  }
}

/** A PC/SC call that did not succeed: which call, and what it returned. */
export class PcscError extends CardError {
  readonly call: string;
  /** Unsigned 32 bits. */
  readonly returnCode: number;

  constructor(call: string, code: number) {
    super(failureOf(code));
    this.call = call;
    this.returnCode = code >>> 0;
    this.message = `${call}: ${returnCodeName(code)}`;
  }

  get returnCodeName(): string {
    return returnCodeName(this.returnCode);
  }
}

/** Throws a {@link PcscError} unless `code` is success. */
export function check(call: string, code: number): void {
  if (code >>> 0 !== SCARD_S_SUCCESS) throw new PcscError(call, code);
}
