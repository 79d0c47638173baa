import { deserialize } from 'node:v8';
import * as v from 'valibot';
import { CardProcessMessageSchema, CardProcessOrderSchema } from '../../../src/core/contract/card-process.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

/** A card process that was taken over can send anything that structured clone can carry. */
export default {
  name: 'card-process-message',
  seeds: () => seedsOf('card-process-message'),
  run: (input) => {
    let message: unknown;
    try {
      message = deserialize(input);
    } catch {
      return;
    }
    v.safeParse(CardProcessMessageSchema, message);
    v.safeParse(CardProcessOrderSchema, message);
  },
  expected: [],
} satisfies FuzzTarget;
