import { type FileHandle, open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/**
 * Whose process is at the other end of a connection from this machine. Linux tells in /proc/net/tcp (proc(5)); where the
 * system does not tell (another system, or a table that may not be read or does not even show our own listener) every
 * connection is taken, and the token alone stands guard, as it does among processes of one user.
 */

const TABLE = '/proc/net/tcp';
const CHUNK_BYTES = 64 * 1024;
/** About 100 000 connections. Who is beyond that is not found, and so refused. */
const MAX_TABLE_BYTES = 16 * 1024 * 1024;
const MAX_LINE = 512;
/** The kernel writes the table piece by piece while it changes: one look can miss a row, several in turn do not. */
const LOOKS = 3;

const LISTENING = '0A';
/** The one state in which the row still names its owner for sure: a closed socket's row says 0, as if it were root's. */
const ESTABLISHED = '01';
const ROW =
  /^ *\d+: ([\dA-F]{8}):([\dA-F]{4}) ([\dA-F]{8}):([\dA-F]{4}) ([\dA-F]{2}) [\dA-F:]+ [\dA-F:]+ [\dA-F]+ +(\d{1,10}) /;

/** Users by `ADDRESS:PORT`, as the table writes it, of the processes that are connected to our port. */
export type PeerTable = ReadonlyMap<string, number>;

/** Reads a table piece by piece. Bounded: nothing is kept but who is connected to `listener`. */
export class PeerTableReader {
  private readonly listener: string;
  private readonly users = new Map<string, number>();
  private rest: string | null = '';
  private header = false;
  private showsListener = false;

  /** @param listener our own end, as {@link tableAddress} writes it */
  constructor(listener: string) {
    this.listener = listener;
  }

  push(text: string): void {
    if (this.rest === null) return;
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) if (!this.take(line)) this.rest = null;
    if (this.rest !== null && this.rest.length > MAX_LINE) this.rest = null;
  }

  /** null: this is no table, or one that does not show what is ours. */
  end(): PeerTable | null {
    return this.rest !== null && this.showsListener ? this.users : null;
  }

  private take(line: string): boolean {
    if (!this.header) {
      this.header = /^ *sl +local_address +rem_address /.test(line);
      return this.header;
    }
    const row = line.length > MAX_LINE ? null : ROW.exec(line);
    if (row === null) return false;
    const [, address, port, peerAddress, peerPort, state, user] = row;
    const from = `${address}:${port}`;
    if (state === LISTENING && from === this.listener) this.showsListener = true;
    if (state === ESTABLISHED && `${peerAddress}:${peerPort}` === this.listener) this.users.set(from, Number(user));
    return true;
  }
}

/** An IPv4 address and port as the table writes them: the address as a number in the machine's own order of bytes. */
export function tableAddress(address: string, port: number, order = endianness()): string {
  const bytes = address.split('.').map(Number);
  if (order === 'LE') bytes.reverse();
  return `${bytes.map((byte) => hex(byte, 2)).join('')}:${hex(port, 4)}`;
}

const hex = (number: number, digits: number) => number.toString(16).toUpperCase().padStart(digits, '0');

/** Asks the table once for all connections that are waiting to be judged. */
export class PeerUsers {
  private readonly listener: string;
  private readonly table: string;
  private readonly user: number | null;
  private reading: Promise<PeerTable | null> | null = null;
  private waiting: Promise<PeerTable | null> | null = null;

  /** @param port on which we listen at 127.0.0.1 */
  constructor(port: number, { table = TABLE, user = process.getuid?.() ?? null } = {}) {
    this.listener = tableAddress('127.0.0.1', port);
    this.table = table;
    this.user = process.platform === 'linux' ? user : null;
  }

  /** Whether the other end is a process of our own user, as far as the system tells. To be asked as soon as it connects. */
  async isOurs({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): Promise<boolean> {
    if (this.user === null) return true;
    if (remoteAddress === undefined || remotePort === undefined) return false;
    const from = tableAddress(remoteAddress, remotePort);
    for (let look = 0; look < LOOKS; look++) {
      const peers = await this.freshTable();
      if (peers === null) return true;
      const user = peers.get(from);
      if (user !== undefined) return user === this.user;
    }
    return false;
  }

  /** A table whose reading begins after this call; of all who wait meanwhile, one for all: a flood costs no more. */
  private freshTable(): Promise<PeerTable | null> {
    this.waiting ??= (this.reading ?? Promise.resolve(null)).then(() => {
      this.reading = this.waiting;
      this.waiting = null;
      return this.readTable();
    });
    return this.waiting;
  }

  private async readTable(): Promise<PeerTable | null> {
    let file: FileHandle;
    try {
      file = await open(this.table);
    } catch {
      return null;
    }
    try {
      const reader = new PeerTableReader(this.listener);
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (let total = 0; total < MAX_TABLE_BYTES; ) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
        if (bytesRead === 0) break;
        reader.push(chunk.toString('latin1', 0, bytesRead));
        total += bytesRead;
      }
      return reader.end();
    } catch {
      return null;
    } finally {
      await file.close();
    }
  }
}
