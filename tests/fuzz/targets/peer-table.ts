import { PeerTableReader, tableAddress } from '../../../src/main/host/browser/peer-user.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'peer-table',
  seeds: () => seedsOf('peer-table'),
  run: (input) => {
    const reader = new PeerTableReader(tableAddress('127.0.0.1', 8080, 'LE'));
    const text = Buffer.from(input).toString('latin1');
    // In two pieces: the kernel cuts where it likes.
    const half = text.length >> 1;
    for (const part of [text.slice(0, half), text.slice(half)]) reader.push(part);
    for (const user of reader.end()?.values() ?? []) {
      if (!Number.isSafeInteger(user) || user < 0) throw new Error('no user');
    }
  },
} satisfies FuzzTarget;
