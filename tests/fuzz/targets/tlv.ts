import { CardError } from '../../../src/core/card/card-error.ts';
import { announcedLength, encodeTlv, readOnlyOfPart, readTlvs, readTlvsOfPart } from '../../../src/core/card/tlv.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'tlv',
  seeds: () => seedsOf('tlv'),
  run: (input) => {
    announcedLength(input);
    const part = readTlvsOfPart(input, 'part');
    const inside = part.reduce((sum, { value }) => sum + value.length, 0);
    if (inside > input.length) throw new Error('more came out than went in');
    const elements = readTlvs(input, 'whole');
    const again = readTlvs(Buffer.concat(elements.map(({ tag, value }) => encodeTlv(tag, value))), 'again');
    const same = elements.length === again.length && elements.every(({ tag }, index) => tag === again[index]?.tag);
    if (!same) throw new Error('written anew, it is read differently');
    if (elements[0] !== undefined && input[0] !== 0) readOnlyOfPart(input, elements[0].tag, 'first');
  },
  expected: [CardError],
} satisfies FuzzTarget;
