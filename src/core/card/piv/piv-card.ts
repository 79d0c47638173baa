import type { PinStatus } from '../../contract/card-process.ts';
import type { ApduExchange } from '../apdu-exchange.ts';
import { CardError } from '../card-error.ts';
import { failureOf, STATUS } from '../status-word.ts';
import { announcedLength } from '../tlv.ts';
import {
  type ApplicationProperties,
  NO_PROPERTIES,
  parseApplicationProperties,
  selectCommands,
} from './application.ts';
import { contentOf, contentOfPart, type DataObject, getData, looksLike, putData } from './data-object.ts';
import { type PinReference, readPinStatus } from './pin.ts';

/** As much as a response is put together to; real objects are some kilobytes long. */
const MAX_OBJECT_BYTES = 64 * 1024;

/** Errors that say something about this card's wiring, not that it is no PIV card: worth another try. */
const TROUBLE = new Set([0x64, 0x65, 0x6f]);

/** The PIV application on a card: selects itself when that is needed, and reads and writes whole objects. */
export class PivCard {
  readonly exchange: ApduExchange;
  #selection: 'none' | 'assumed' | 'sure';

  /**
   * `assumeSelected`: it was selected a moment ago, but another program may have selected something else since. Objects are
   * then asked for at once, and SELECT is sent only if the answer is not what was hoped for: selecting again would cost an
   * APDU, and on many cards it ends the PIN's verification for whoever else relies on it.
   */
  constructor(exchange: ApduExchange, { assumeSelected = false } = {}) {
    this.exchange = exchange;
    this.#selection = assumeSelected ? 'assumed' : 'none';
  }

  /** Rejects with 'not-supported' about 'piv' for a card without this application. */
  async select(): Promise<ApplicationProperties> {
    let statusWord: number = STATUS.notFound;
    for (const command of selectCommands()) {
      const response = await this.exchange.send(command);
      statusWord = response.statusWord;
      if (statusWord === STATUS.success) {
        this.#selection = 'sure';
        return propertiesOf(response.data);
      }
      if (TROUBLE.has(statusWord >> 8)) break;
    }
    if (TROUBLE.has(statusWord >> 8)) throw new CardError({ code: 'card-refused', statusWord });
    throw new CardError({ code: 'not-supported', what: 'piv' });
  }

  /** The object's content; null if the card has no such object (6A82). */
  async read(object: DataObject): Promise<Uint8Array | null> {
    const data = await this.#get(object);
    return data === null ? null : contentOf(object, data.data);
  }

  /** The content of an object of which the beginning may do: `enough` is asked about what has come whenever there is more. */
  async readBeginning(
    object: DataObject,
    enough: (content: Uint8Array) => boolean,
  ): Promise<{ content: Uint8Array; complete: boolean } | null> {
    const response = await this.#get(
      object,
      (soFar) => looksLike(object, soFar) && enough(contentOfPart(object, soFar)),
    );
    if (response === null) return null;
    const { complete, data } = response;
    return { content: complete ? contentOf(object, data) : contentOfPart(object, data), complete };
  }

  /** Replaces an object. 'not-authorised' without the admin key. Cut off in the middle, the card keeps what it had. */
  async write(object: DataObject, content: Uint8Array): Promise<void> {
    await this.#ensureSelected();
    const { statusWord } = await this.exchange.send(putData(object, content));
    if (statusWord !== STATUS.success) throw new CardError(failureOf(statusWord, object.name));
  }

  async pinStatus(reference: PinReference): Promise<PinStatus> {
    await this.#ensureSelected();
    let status = await readPinStatus(this.exchange, reference);
    if (status === 'not-selected') {
      await this.select();
      status = await readPinStatus(this.exchange, reference);
    }
    return status === 'not-selected' ? { state: 'unknown', triesLeft: null } : status;
  }

  /** For commands that mean something else to another application: a PIN must never reach the wrong one. */
  async #ensureSelected(): Promise<void> {
    if (this.#selection !== 'sure') await this.select();
  }

  async #get(object: DataObject, enough?: (soFar: Uint8Array) => boolean) {
    const options = { enough: (soFar: Uint8Array) => isTooLong(soFar) || enough?.(soFar) === true };
    if (this.#selection === 'none') await this.select();
    let response = await this.exchange.send(getData(object), options);
    const hoped = response.statusWord === STATUS.success && looksLike(object, response.data);
    if (hoped) {
      this.#selection = 'sure';
    } else if (this.#selection === 'assumed' || response.statusWord === STATUS.commandNotAllowed) {
      await this.select();
      response = await this.exchange.send(getData(object), options);
    }
    if (response.statusWord === STATUS.notFound || response.statusWord === STATUS.referenceDataNotFound) return null;
    if (response.statusWord !== STATUS.success) throw new CardError(failureOf(response.statusWord, object.name));
    if (isTooLong(response.data)) throw new CardError({ code: 'malformed-answer', what: object.name });
    return response;
  }
}

/** An object that says at its beginning that it will be too long need not be fetched to be refused. */
function isTooLong(beginning: Uint8Array): boolean {
  return (announcedLength(beginning) ?? 0) > MAX_OBJECT_BYTES;
}

/** The template is for information only; what the card can do shows when it is asked. */
function propertiesOf(answer: Uint8Array): ApplicationProperties {
  try {
    return parseApplicationProperties(answer);
  } catch (error) {
    if (error instanceof CardError) return NO_PROPERTIES;
    throw error;
  }
}
