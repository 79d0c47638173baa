import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PeerTableReader, PeerUsers, tableAddress } from '../../src/main/host/browser/peer-user.ts';

/** The kernel's table of connections, as bytes that need not be what they should. */

const OURS = '0100007F:1F90';
const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';
let number = 0;
const row = (local: string, peer: string, state: string, user: number) =>
  `${String(number++).padStart(4)}: ${local} ${peer} ${state} 00000000:00000000 00:00000000 00000000 ${String(user).padStart(5)}        0 1066 1 000000002d6ed886 100 0 0 10 0                      \n`;
const LISTENER = row(OURS, '00000000:0000', '0A', 1000);

function read(table: string, piece = table.length) {
  const reader = new PeerTableReader(OURS);
  for (let at = 0; at < table.length; at += piece) reader.push(table.slice(at, at + piece));
  return reader.end();
}

describe('the table of connections', () => {
  it('names the user of each process that is connected to our port, and of no other', () => {
    const table =
      HEADER +
      LISTENER +
      row('0100007F:C001', OURS, '01', 1000) +
      row('0100007F:C002', OURS, '01', 65534) +
      row(OURS, '0100007F:C001', '01', 1000) +
      row('0100007F:C003', '0100007F:1F91', '01', 7) +
      row('0200007F:C004', OURS, '01', 8);
    const expected = new Map([
      ['0100007F:C001', 1000],
      ['0100007F:C002', 65534],
      ['0200007F:C004', 8],
    ]);
    for (const piece of [1, 7, 150, 100_000]) expect(read(table, piece)).toEqual(expected);
  });

  it('does not take a closed connection for one of root’s', () => {
    const closed = ['02', '04', '05', '06', '07', '08', '09', '0B'].map((state) =>
      row('0100007F:C001', OURS, state, 0),
    );
    expect(read(HEADER + LISTENER + closed.join(''))).toEqual(new Map());
  });

  it.each([
    ['nothing', ''],
    ['only its header', HEADER],
    ['a table without our own listener', HEADER + row('0100007F:0016', '00000000:0000', '0A', 0)],
    ['another header', `sl local\n${LISTENER}`],
    ['a row of another form', `${HEADER}${LISTENER}   1: zzzz\n`],
    ['an empty row', `${HEADER}${LISTENER}\n`],
    ['a row without end', `${HEADER}${LISTENER}${'1'.repeat(100_000)}`],
  ])('tells nothing when it is %s', (_, table) => {
    expect(read(table)).toBeNull();
  });

  it.each([
    ['127.0.0.1', 8080, 'LE', '0100007F:1F90'],
    ['127.0.0.1', 8080, 'BE', '7F000001:1F90'],
    ['10.2.255.4', 65535, 'LE', '04FF020A:FFFF'],
    ['127.0.0.1', 1, 'LE', '0100007F:0001'],
  ] as const)('writes %s port %d (%s) as %s', (address, port, order, written) => {
    expect(tableAddress(address, port, order)).toBe(written);
  });
});

describe('who asks', () => {
  const peer = { remoteAddress: '127.0.0.1', remotePort: 0xc001 };
  const judge = async (content: string | null, from: Parameters<PeerUsers['isOurs']>[0] = peer) => {
    const table = join(tmpdir(), `peers-${process.pid}-${number++}`);
    if (content !== null) writeFileSync(table, content);
    try {
      return await new PeerUsers(0x1f90, { table, user: 1000 }).isOurs(from);
    } finally {
      rmSync(table, { force: true });
    }
  };

  it('is taken when the table names our user, and refused when it names another, root or nobody', async () => {
    const table = (user: number) => HEADER + LISTENER + row('0100007F:C001', OURS, '01', user);
    expect(await judge(table(1000))).toBe(true);
    expect(await judge(table(1001))).toBe(false);
    expect(await judge(table(0))).toBe(false);
    expect(await judge(HEADER + LISTENER)).toBe(false);
    expect(await judge(table(1000), { remoteAddress: undefined, remotePort: undefined })).toBe(false);
  });

  it('is taken where the system does not tell: the token alone stands guard there', async () => {
    expect(await judge(null)).toBe(true);
    expect(await judge(HEADER)).toBe(true);
  });

  it('is asked of a table that was read after the question, once for all who wait', async () => {
    const table = join(tmpdir(), `peers-${process.pid}-${number++}`);
    writeFileSync(table, HEADER + LISTENER);
    const users = new PeerUsers(0x1f90, { table, user: 1000 });
    const early = users.isOurs(peer);
    writeFileSync(table, HEADER + LISTENER + row('0100007F:C001', OURS, '01', 1000));
    const crowd = Array.from({ length: 500 }, () => users.isOurs(peer));
    expect(await Promise.all(crowd)).toEqual(crowd.map(() => true));
    // Not found at first: looked for again.
    expect(await early).toBe(true);
    rmSync(table);
  });
});
