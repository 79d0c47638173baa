import * as v from 'valibot';
import { ANSWER_GARBAGE, SeededNumbers, spoil } from './garbage.ts';
import type { VirtualPivCard } from './piv-card.ts';
import { statusBytes } from './status-word.ts';

const position = v.pipe(v.number(), v.integer(), v.minValue(1));

/**
 * Which command a fault meets: the n-th that the card receives after the fault was armed, or the n-th with this INS
 * (the first unless told).
 */
const TargetSchema = v.union([
  v.strictObject({ apdu: position }),
  v.strictObject({ ins: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)), nth: v.optional(position) }),
]);
export type Target = v.InferOutput<typeof TargetSchema>;

/** For how many commands from its target on (each that matches the INS, where it has one). */
const times = v.optional(v.union([position, v.literal('always')]));

export const FaultSchema = v.variant('kind', [
  /** Card pulled: `before` it does anything, or `after` it did its work and before the answer is out. */
  v.object({ kind: v.literal('cut'), when: v.picklist(['before', 'after']), at: TargetSchema }),
  /** This status word instead of doing anything. */
  v.object({
    kind: v.literal('status'),
    statusWord: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff)),
    at: TargetSchema,
    times,
  }),
  /** The card works, and the answer waits until the reader releases it. */
  v.object({ kind: v.literal('stall'), at: TargetSchema, times }),
  /** From this command on nothing is answered any more. */
  v.object({ kind: v.literal('mute'), at: TargetSchema }),
  /** The answer is spoilt on its way. */
  v.object({
    kind: v.literal('garbage'),
    garbage: v.picklist(ANSWER_GARBAGE),
    at: TargetSchema,
    times,
    seed: v.optional(v.number()),
  }),
  /** No answer to reset: the card is in the reader and cannot be talked to. */
  v.object({ kind: v.literal('no-atr') }),
]);
export type Fault = v.InferOutput<typeof FaultSchema>;

/** How an exchange ends: it is the reader's to answer, to lose the card, or to wait. */
export type Exchange =
  | { readonly kind: 'answer'; readonly response: Uint8Array }
  | { readonly kind: 'cut' }
  | { readonly kind: 'held'; readonly response: Uint8Array }
  | { readonly kind: 'silence' };

type Armed = { readonly fault: Fault; readonly numbers: SeededNumbers; seen: number };

/** A card with things that go wrong. Without faults it is the card. */
export class FaultyCard {
  readonly card: VirtualPivCard;
  #armed: Armed[] = [];
  #silent = false;

  constructor(card: VirtualPivCard, faults: readonly Fault[] = []) {
    this.card = card;
    for (const fault of faults) this.arm(fault);
  }

  /** Counts from the next command on. */
  arm(fault: Fault): void {
    const seed = fault.kind === 'garbage' ? (fault.seed ?? 1) : 1;
    this.#armed.push({ fault, numbers: new SeededNumbers(seed), seen: 0 });
  }

  /** The card is sound again. */
  disarm(): void {
    this.#armed = [];
    this.#silent = false;
  }

  get answersReset(): boolean {
    return !this.#armed.some(({ fault }) => fault.kind === 'no-atr');
  }

  /** One command to a card with power. The first fault that strikes decides. */
  exchange(command: Uint8Array): Exchange {
    const struck = this.#armed.filter((armed) => strikes(armed, command))[0];
    if (this.#silent || !this.card.powered) return { kind: 'silence' };
    if (struck === undefined) return { kind: 'answer', response: this.card.transmit(command) };
    return this.#fail(struck, command);
  }

  #fail({ fault, numbers }: Armed, command: Uint8Array): Exchange {
    switch (fault.kind) {
      case 'cut':
        if (fault.when === 'after') this.card.transmit(command);
        return { kind: 'cut' };
      case 'status':
        return { kind: 'answer', response: statusBytes(fault.statusWord) };
      case 'stall':
        return { kind: 'held', response: this.card.transmit(command) };
      case 'mute':
        this.#silent = true;
        return { kind: 'silence' };
      case 'garbage':
        return { kind: 'answer', response: spoil(this.card.transmit(command), fault.garbage, numbers) };
      case 'no-atr':
        return { kind: 'silence' };
      default:
        throw new Error(`not a fault: ${String(fault satisfies never)}`);
    }
  }
}

/** Whether this command is met, having counted it. */
function strikes(armed: Armed, command: Uint8Array): boolean {
  const { fault } = armed;
  if (fault.kind === 'no-atr') return false;
  if ('ins' in fault.at && command[1] !== fault.at.ins) return false;
  armed.seen += 1;
  const first = 'apdu' in fault.at ? fault.at.apdu : (fault.at.nth ?? 1);
  const wanted = 'times' in fault ? (fault.times ?? 1) : 1;
  return armed.seen >= first && (wanted === 'always' || armed.seen < first + wanted);
}
