import * as v from 'valibot';
import { CardProcessMessageSchema } from '../../../src/core/contract/card-process.ts';
import { FrameError, FrameReader } from '../../../src/native/card-process/frame.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

/** A card process that was taken over can write any bytes on its pipe. The first one tells in what pieces they come. */
export default {
  name: 'card-channel',
  seeds: () => seedsOf('card-channel'),
  run: (input) => {
    const reader = new FrameReader({
      onMessage: (message) => {
        v.safeParse(CardProcessMessageSchema, message);
      },
      overwrite: true,
    });
    const size = ((input[0] ?? 0) + 1) * 16;
    for (let at = 1; at < input.length; at += size) reader.push(input.subarray(at, at + size));
  },
  expected: [FrameError],
} satisfies FuzzTarget;
