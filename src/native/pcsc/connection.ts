import type { Disposition } from '../../core/card/transceiver.ts';
import {
  MAX_RESPONSE_BYTES,
  SCARD_LEAVE_CARD,
  SCARD_PROTOCOL_T0,
  SCARD_PROTOCOL_T1,
  SCARD_RESET_CARD,
  SCARD_SHARE_SHARED,
  SCARD_UNPOWER_CARD,
} from './constants.ts';
import type { PcscContext } from './context.ts';
import { GET_FEATURE_REQUEST, parseFeatures } from './features.ts';
import type { Cell, PcscHandle, PcscLibrary } from './library.ts';
import { check, PcscError, SCARD_E_NOT_TRANSACTED, SCARD_E_SHARING_VIOLATION } from './return-code.ts';

const PROTOCOLS = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
const STATUS_WORD_BYTES = 2;
const MAX_CONTROL_BYTES = 512;
const MAX_ATTRIBUTE_BYTES = 512;

export type CardStatus = {
  /** SCARD_ state bits in the lower half (present, powered, negotiated). */
  readonly state: number;
  readonly protocol: number;
  readonly atr: Uint8Array;
};

/** A response may carry a person's data, and one thread needs one buffer: allocated at the first exchange, cleared after each. */
let responseBuffer: Uint8Array | null = null;

/** A card handle (SCARDHANDLE), shared with other programs. All calls block and throw a PcscError. */
export class PcscConnection {
  readonly reader: string;
  readonly #library: PcscLibrary;
  readonly #handle: PcscHandle;
  #protocol: number;

  private constructor(library: PcscLibrary, reader: string, handle: PcscHandle, protocol: number) {
    this.#library = library;
    this.reader = reader;
    this.#handle = handle;
    this.#protocol = protocol;
  }

  /** Connects by T=0 or T=1, whichever the card prefers. pcsc-lite blocks here while another program holds a transaction. */
  static open(context: PcscContext, reader: string): PcscConnection {
    const handle: Cell<PcscHandle> = [0];
    const protocol: Cell = [0];
    check(
      'SCardConnect',
      context.library.SCardConnect(context.handle, reader, SCARD_SHARE_SHARED, PROTOCOLS, handle, protocol),
    );
    return new PcscConnection(context.library, reader, handle[0], protocol[0]);
  }

  /** Takes up a card that was reset by another program; its security state is gone. */
  reconnect(): void {
    const protocol: Cell = [0];
    check(
      'SCardReconnect',
      this.#library.SCardReconnect(this.#handle, SCARD_SHARE_SHARED, PROTOCOLS, SCARD_LEAVE_CARD, protocol),
    );
    this.#protocol = protocol[0];
  }

  disconnect(disposition: Disposition): void {
    check('SCardDisconnect', this.#library.SCardDisconnect(this.#handle, dispositionCode(disposition)));
  }

  beginTransaction(): void {
    check('SCardBeginTransaction', this.#library.SCardBeginTransaction(this.#handle));
  }

  endTransaction(disposition: Disposition): void {
    check('SCardEndTransaction', this.#library.SCardEndTransaction(this.#handle, dispositionCode(disposition)));
  }

  /**
   * Another program holds a transaction at this moment. SCardBeginTransaction would wait for it without end, while
   * pcsc-lite refuses a control request at once; the request itself only asks for the reader's features. On Windows both
   * wait, so there the time limit of the whole operation has to do.
   */
  heldByAnother(): boolean {
    if (this.#library.platform.name === 'win32') return false;
    const { code } = this.#control(this.#library.platform.controlCode(GET_FEATURE_REQUEST), null);
    return code === SCARD_E_SHARING_VIOLATION;
  }

  /**
   * One exchange: a short or extended command APDU, up to 65 538 bytes of response. The command is handed to the service
   * from the caller's own bytes, no copy stays here.
   */
  transmit(command: Uint8Array): Uint8Array<ArrayBuffer> {
    responseBuffer ??= new Uint8Array(MAX_RESPONSE_BYTES);
    const length: Cell = [responseBuffer.length];
    const pci = { dwProtocol: this.#protocol, cbPciLength: this.#library.ioRequestSize };
    const code = this.#library.SCardTransmit(this.#handle, pci, command, command.length, null, responseBuffer, length);
    check('SCardTransmit', code);
    const used = Math.min(length[0], responseBuffer.length);
    const response = responseBuffer.slice(0, used);
    responseBuffer.fill(0, 0, used);
    if (response.length < STATUS_WORD_BYTES) throw this.#withoutAnswer();
    return response;
  }

  status(): CardStatus {
    const nameLength: Cell = [256];
    const state: Cell = [0];
    const protocol: Cell = [0];
    const atr = new Uint8Array(this.#library.platform.atrSize);
    const atrLength: Cell = [atr.length];
    const code = this.#library.SCardStatus(
      this.#handle,
      new Uint8Array(nameLength[0]),
      nameLength,
      state,
      protocol,
      atr,
      atrLength,
    );
    check('SCardStatus', code);
    return { state: state[0], protocol: protocol[0], atr: atr.slice(0, Math.min(atrLength[0], atr.length)) };
  }

  /** Speaks to the reader itself. `code` is the platform's own (see PcscPlatform.controlCode). */
  control(code: number, command: Uint8Array | null): Uint8Array {
    const result = this.#control(code, command);
    check('SCardControl', result.code);
    return result.answer;
  }

  /** An attribute of the reader (SCARD_ATTR_...); null when the reader does not have it. */
  attribute(id: number): Uint8Array | null {
    const value = new Uint8Array(MAX_ATTRIBUTE_BYTES);
    const length: Cell = [value.length];
    if (this.#library.SCardGetAttrib(this.#handle, id, value, length) >>> 0 !== 0) return null;
    return value.slice(0, Math.min(length[0], value.length));
  }

  /** What the reader can do beyond exchanging APDUs, PIN pads above all: PC/SC part 10 feature -> control code. */
  features(): ReadonlyMap<number, number> {
    const { code, answer } = this.#control(this.#library.platform.controlCode(GET_FEATURE_REQUEST), null);
    return code === 0 ? parseFeatures(answer) : new Map();
  }

  /** Some drivers report success when the card vanished in mid-sentence: what does the service say about it now? */
  #withoutAnswer(): PcscError {
    try {
      this.status();
    } catch (error) {
      if (error instanceof PcscError) return error;
      throw error;
    }
    return new PcscError('SCardTransmit', SCARD_E_NOT_TRANSACTED);
  }

  #control(controlCode: number, command: Uint8Array | null): { code: number; answer: Uint8Array } {
    const answer = new Uint8Array(MAX_CONTROL_BYTES);
    const length: Cell = [0];
    const code = this.#library.SCardControl(
      this.#handle,
      controlCode,
      command,
      command?.length ?? 0,
      answer,
      answer.length,
      length,
    );
    return { code: code >>> 0, answer: answer.slice(0, Math.min(length[0], answer.length)) };
  }
}

function dispositionCode(disposition: Disposition): number {
  switch (disposition) {
    case 'leave':
      return SCARD_LEAVE_CARD;
    case 'reset':
      return SCARD_RESET_CARD;
    case 'unpower':
      return SCARD_UNPOWER_CARD;
  }
}
