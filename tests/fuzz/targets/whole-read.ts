import * as v from 'valibot';
import { CardOperator } from '../../../src/core/card/operations.ts';
import type { CardConnection } from '../../../src/core/card/transceiver.ts';
import { type CardProgress, CardProgressSchema, CardSummarySchema } from '../../../src/core/contract/card-process.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

/** One operator for all inputs, as in a card process: what one card left in its memory meets the next. */
const operator = new CardOperator();
const MAX_APDUS = 5_000;

/**
 * The first byte chooses the operation. Then comes a card that answers each APDU by the next part of the input (two bytes of length, then the response), from its beginning
 * again when it ends: whatever it is, reading it ends, and tells only what the contract allows.
 */
export default {
  name: 'whole-read',
  seeds: () => seedsOf('whole-read'),
  run: async (input) => {
    const progress: CardProgress[] = [];
    for (const operation of operationsFor(input[0] ?? 0)) {
      const answer = await operator.run(cardOf(input.subarray(1)), operation(), (each) => progress.push(each));
      if (answer.ok && answer.value.kind === 'read') v.parse(CardSummarySchema, answer.value.summary);
      if (!answer.ok && 'what' in answer.failure && answer.failure.what.startsWith('unforeseen')) {
        throw new Error(answer.failure.what);
      }
    }
    for (const each of progress) v.parse(CardProgressSchema, each);
  },
} satisfies FuzzTarget;

const read = () => ({ kind: 'read' }) as const;
const secret = () => Uint8Array.from(Buffer.from('123456'));
const verify = () => ({ kind: 'verify', pin: secret(), lastTry: 'allow' }) as const;
const unblock = () => ({ kind: 'unblock', puk: secret(), newPin: secret(), lastTry: 'refuse' }) as const;
const change = () => ({ kind: 'change', pin: secret(), newPin: secret(), lastTry: 'refuse' }) as const;

function operationsFor(choice: number) {
  switch (choice % 8) {
    case 0:
      return [verify];
    case 1:
      return [unblock];
    case 2:
      return [change];
    case 3:
      return [read, read];
    default:
      return [read];
  }
}

function cardOf(input: Uint8Array): CardConnection {
  let offset = 0;
  let apdus = 0;
  return {
    reader: 'Fuzz',
    atr: input.subarray(0, 4),
    transmit: () => {
      apdus += 1;
      if (apdus > MAX_APDUS) throw new Error(`a card can make us send more than ${MAX_APDUS} APDUs`);
      if (offset >= input.length) offset = 0;
      const length = ((input[offset] ?? 0) << 8) | (input[offset + 1] ?? 0);
      const response = input.slice(offset + 2, offset + 2 + length);
      offset += 2 + length;
      return Promise.resolve(response);
    },
    transaction: (body) => body(),
    close: () => Promise.resolve(),
  };
}
