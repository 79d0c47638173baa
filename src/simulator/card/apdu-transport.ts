import { type CommandApdu, parseCommand } from './command-apdu.ts';
import { type Outcome, SW, statusBytes } from './status-word.ts';

const MORE_FOLLOWS = 0x10;
const GET_RESPONSE = 0xc0;
/** More than any object that PUT DATA brings; a chain beyond it is no longer collected. */
const MAX_CHAIN_BYTES = 0x1_0000;

/** A command with all its parts, as the application sees it. */
export type WholeCommand = Pick<CommandApdu, 'ins' | 'p1' | 'p2' | 'data'>;

export type TransportTraits = { readonly extendedLength: boolean; readonly shortLe: '61xx' | '6Cxx' };

type Chain = { readonly ins: number; readonly p1: number; readonly p2: number; readonly parts: readonly Uint8Array[] };
type Repeat = { readonly command: string; readonly data: Uint8Array };

/**
 * Everything between bytes on the wire and whole commands: command chaining (ISO/IEC 7816-4, 5.3.3), answers in parts by
 * 61xx and GET RESPONSE (5.3.4), wrong Le by 6Cxx.
 */
export class ApduTransport {
  readonly #traits: TransportTraits;
  #chain: Chain | null = null;
  #unsent: Uint8Array | null = null;
  #repeat: Repeat | null = null;

  constructor(traits: TransportTraits) {
    this.#traits = traits;
  }

  /** Forgets half-received and half-sent messages, as a reset does. */
  clear(): void {
    this.#chain = null;
    this.#unsent = null;
    this.#repeat = null;
  }

  /** Answers one command APDU; `execute` runs when its last part has come. */
  exchange(bytes: Uint8Array, execute: (command: WholeCommand) => Outcome): Uint8Array {
    const command = parseCommand(bytes);
    if (command === null) return statusBytes(SW.wrongLength);
    if (command.extended && !this.#traits.extendedLength) return statusBytes(SW.wrongLength);
    if ((command.cla & ~MORE_FOLLOWS) !== 0) return statusBytes(SW.classNotSupported);
    if (command.ins === GET_RESPONSE) return this.#getResponse(command);
    this.#unsent = null;
    const repeated = this.#repeated(command);
    if (repeated !== null) return this.#send(repeated, command);

    const data = this.#collect(command);
    if (data === null) return statusBytes(SW.wrongLength);
    if ((command.cla & MORE_FOLLOWS) !== 0) return statusBytes(SW.success);
    this.#chain = null;
    const outcome = execute({ ins: command.ins, p1: command.p1, p2: command.p2, data });
    if (outcome.statusWord !== SW.success || outcome.data.length === 0) return statusBytes(outcome.statusWord);
    return this.#first(outcome.data, command);
  }

  /** The chain so far with this part; another command in between ends the chain unheard. */
  #collect(command: CommandApdu): Uint8Array | null {
    const { ins, p1, p2 } = command;
    const chain = this.#chain;
    const continues = chain !== null && chain.ins === ins && chain.p1 === p1 && chain.p2 === p2;
    const parts = [...(continues ? chain.parts : []), Uint8Array.from(command.data)];
    const data = Buffer.concat(parts);
    this.#chain = data.length > MAX_CHAIN_BYTES ? null : { ins, p1, p2, parts: [data] };
    return this.#chain === null ? null : data;
  }

  #first(data: Uint8Array, command: CommandApdu): Uint8Array {
    const asked = command.ne;
    if (this.#traits.shortLe === '6Cxx' && asked !== null && asked < data.length && data.length <= 256) {
      this.#repeat = { command: headerAndData(command), data };
      return Uint8Array.of(0x6c, data.length & 0xff);
    }
    return this.#send(data, command);
  }

  #repeated(command: CommandApdu): Uint8Array | null {
    const repeat = this.#repeat;
    this.#repeat = null;
    return repeat !== null && repeat.command === headerAndData(command) ? repeat.data : null;
  }

  #getResponse(command: CommandApdu): Uint8Array {
    const unsent = this.#unsent;
    this.#unsent = null;
    return unsent === null ? statusBytes(SW.conditionsNotSatisfied) : this.#send(unsent, command);
  }

  /** Terminals that speak T=1 leave Le out and still expect an answer: no Le counts as 256. */
  #send(data: Uint8Array, command: CommandApdu): Uint8Array {
    const part = data.subarray(0, command.ne ?? 256);
    const rest = data.subarray(part.length);
    if (rest.length === 0) return Buffer.concat([part, statusBytes(SW.success)]);
    this.#unsent = rest;
    return Buffer.concat([part, Uint8Array.of(0x61, rest.length > 255 ? 0 : rest.length)]);
  }
}

function headerAndData({ cla, ins, p1, p2, data }: CommandApdu): string {
  return Buffer.concat([Buffer.of(cla, ins, p1, p2), data]).toString('hex');
}
