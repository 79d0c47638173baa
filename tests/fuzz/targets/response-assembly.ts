import { CardError } from '../../../src/core/card/card-error.ts';
import { ResponseAssembly } from '../../../src/core/card/response-assembly.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

/** The input is what a card answers: of each part two bytes of length, then the response. It begins anew at its end. */
export default {
  name: 'response-assembly',
  seeds: () => seedsOf('response-assembly'),
  run: (input) => {
    const assembly = new ResponseAssembly();
    let offset = 0;
    for (let parts = 0; parts <= 300; parts++) {
      if (offset >= input.length) offset = 0;
      const length = ((input[offset] ?? 0) << 8) | (input[offset + 1] ?? 0);
      const step = assembly.accept(input.subarray(offset + 2, offset + 2 + length));
      offset += 2 + length;
      if (step.next !== 'done') continue;
      if (step.data.length > 65_536) throw new Error('more than 64 kB came through');
      return;
    }
    throw new Error('a card can go on for ever');
  },
  expected: [CardError],
} satisfies FuzzTarget;
