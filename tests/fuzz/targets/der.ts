import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { DerReader } from '../../../src/core/pki/der/der-reader.ts';
import {
  boolean,
  integerOctets,
  largeInteger,
  namedBits,
  objectIdentifier,
  smallInteger,
  time,
  wholeOctets,
} from '../../../src/core/pki/der/der-values.ts';
import { element } from '../../../src/core/pki/der/der-writer.ts';
import {
  BIT_STRING,
  BOOLEAN,
  GENERALIZED_TIME,
  INTEGER,
  OBJECT_IDENTIFIER,
  UTC_TIME,
} from '../../../src/core/pki/der/tags.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'der',
  seeds: () => seedsOf('der'),
  run: (input) => {
    // DER writes a thing in one way only: what has been read must come out again byte for byte.
    const again = Buffer.concat(rewritten(new DerReader(input)));
    if (Buffer.compare(again, input) !== 0) throw new Error('written anew, it is another');
  },
  expected: [DerError],
} satisfies FuzzTarget;

function rewritten(reader: DerReader): Uint8Array[] {
  const elements: Uint8Array[] = [];
  while (!reader.atEnd) {
    const tag = reader.peek() ?? 0;
    if ((tag & 0x20) !== 0) elements.push(element(tag, ...rewritten(reader.enter(tag, 'constructed'))));
    else elements.push(element(tag, looked(tag, reader.read(tag, 'primitive'))));
  }
  reader.end('all');
  return elements;
}

function looked(tag: number, content: Uint8Array): Uint8Array {
  switch (tag) {
    case BOOLEAN:
      boolean(content, 'boolean');
      break;
    case INTEGER: {
      const octets = integerOctets(content, 'integer');
      if (octets.length <= 5 && (octets[0] ?? 0) < 0x80) {
        if (BigInt(smallInteger(octets, 'small')) !== largeInteger(octets, 'large'))
          throw new Error('two values of one integer');
      }
      break;
    }
    case BIT_STRING:
      namedBits(content, 'bits');
      if (content[0] === 0) wholeOctets(content, 'octets');
      break;
    case OBJECT_IDENTIFIER:
      if (!/^[012](\.\d+)+$/.test(objectIdentifier(content, 'object identifier'))) throw new Error('no dotted form');
      break;
    case UTC_TIME:
    case GENERALIZED_TIME:
      if (!Number.isSafeInteger(time(tag, content, 'time'))) throw new Error('no time came out');
      break;
  }
  return content;
}
