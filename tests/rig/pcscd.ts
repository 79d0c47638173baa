import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from './compile.ts';

const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const START_LIMIT_MS = 10_000;
/** pcscd's own pause between two looks at a reader that cannot interrupt. */
export const STOCK_POLL_MS = 400;
const FAST_POLL_MS = 5;
const MAX_ATTEMPTS = 3;

export type VirtualReader = { readonly name: string; readonly port: number };

export type PcscdOptions = {
  /** How often pcscd looks for a card; 5 ms unless told. {@link STOCK_POLL_MS} runs pcscd untouched. */
  readonly pollMs?: number;
  /** Pairs of virtual readers: 1 unless told, 8 fill pcscd's 16 places. Readers of different pairs share no driver. */
  readonly pairs?: number;
  /** False: make everything ready but do not start it yet; `restart()` does. */
  readonly start?: boolean;
};

export type Pcscd = {
  /** The daemon's socket: clients find it by the environment variable PCSCLITE_CSOCK_NAME. */
  readonly socket: string;
  /** All virtual readers, in pcscd's order; a card is a TCP client of its port on 127.0.0.1 (see vpcd-peer.ts). */
  readonly readers: readonly VirtualReader[];
  /** Ports of the first pair. */
  readonly ports: readonly [number, number];
  /** Names of the first pair. */
  readonly readerNames: readonly [string, string];
  /** Add this to a client's environment when starting it: libpcsclite reads it once, at its first call. */
  readonly env: Readonly<{ PCSCLITE_CSOCK_NAME: string }>;
  /** The daemon's process id, or null while it is down. */
  pid(): number | null;
  /** What the daemon wrote. */
  log(): string;
  /** SIGKILL; resolves when the process is gone. Its socket file stays behind, as after a real crash. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when the process is gone: how a system stops the service. */
  terminate(): Promise<void>;
  /** Starts the daemon (after ending one that runs) with the same socket, ports and readers; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends the daemon and removes all that was made for it. */
  stop(): Promise<void>;
};

/**
 * A real pcscd of one's own, with virtual readers, that never meets the machine's readers or another test's: private
 * mount namespace, socket, ports and drivers. Needs root (or user namespaces), pcscd, vsmartcard-vpcd and gcc.
 */
export async function startPcscd(options: PcscdOptions = {}): Promise<Pcscd> {
  for (let attempt = 1; ; attempt++) {
    const pcscd = await preparePcscd(options);
    if (options.start === false) return pcscd;
    try {
      await pcscd.restart();
      return pcscd;
    } catch (error) {
      await pcscd.stop();
      if (!(error instanceof PortTaken) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** Between our look at a port and pcscd's, another program took it. */
class PortTaken extends Error {}

async function preparePcscd(options: PcscdOptions): Promise<Pcscd> {
  const pollMs = options.pollMs ?? FAST_POLL_MS;
  const pairs = options.pairs ?? 1;
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-pcscd-'));
  const run = join(folder, 'run');
  mkdirSync(run);
  const socket = join(run, 'pcscd.comm');
  const logFile = join(folder, 'pcscd.log');
  writeFileSync(logFile, '');

  let daemon: ChildProcess | null = null;
  const atExit = () => {
    daemon?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', atExit);

  const readers = configure(folder, await freePorts(pairs * 2));
  const [first, second] = readers;
  if (first === undefined || second === undefined) throw new RangeError('a rig has at least one pair of readers');

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = daemon;
    if (ending === null) return;
    daemon = null;
    if (ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    await gone;
  }

  async function restart(): Promise<void> {
    await end('SIGKILL');
    // A crashed daemon leaves its pid file, and a new one refuses to start beside it.
    rmSync(join(run, 'pcscd.pid'), { force: true });
    rmSync(socket, { force: true });
    const before = readFileSync(logFile, 'utf8').length;
    daemon = spawnDaemon(folder, run, logFile, pollMs);
    try {
      await answering(socket, run, daemon);
    } catch (error) {
      await end('SIGKILL');
      throw new Error(`pcscd did not start:\n${readFileSync(logFile, 'utf8')}`, { cause: error });
    }
    if (/Open Port .* Failed/.test(readFileSync(logFile, 'utf8').slice(before))) {
      await end('SIGKILL');
      throw new PortTaken('pcscd could not open all of its readers');
    }
  }

  async function stop(): Promise<void> {
    await end('SIGKILL');
    process.removeListener('exit', atExit);
    rmSync(folder, { recursive: true, force: true });
  }

  return {
    socket,
    readers,
    ports: [first.port, second.port],
    readerNames: [first.name, second.name],
    env: { PCSCLITE_CSOCK_NAME: socket },
    pid: () => daemon?.pid ?? null,
    log: () => readFileSync(logFile, 'utf8'),
    kill: () => end('SIGKILL'),
    terminate: () => end('SIGTERM'),
    restart,
    stop,
  };
}

/** Writes the reader configuration; each pair has a driver file of its own, since vpcd knows two readers a library. */
function configure(folder: string, ports: readonly number[]): VirtualReader[] {
  const readers: VirtualReader[] = [];
  let text = '';
  for (let pair = 0; pair * 2 < ports.length; pair++) {
    const base = ports[pair * 2];
    if (base === undefined) break;
    const driver = join(folder, `vpcd-${pair}.so`);
    copyFileSync(DRIVER, driver);
    const friendlyName = pair === 0 ? 'Virtual PCD' : `Virtual PCD ${String.fromCharCode(0x41 + pair)}`;
    text += `FRIENDLYNAME "${friendlyName}"\nDEVICENAME /dev/null:${base}\nLIBPATH ${driver}\nCHANNELID ${base}\n\n`;
    readers.push({ name: `${friendlyName} 00 00`, port: base }, { name: `${friendlyName} 00 01`, port: base + 1 });
  }
  writeFileSync(join(folder, 'reader.conf'), text);
  return readers;
}

function spawnDaemon(folder: string, run: string, logFile: string, pollMs: number): ChildProcess {
  const preload =
    pollMs === STOCK_POLL_MS
      ? ''
      : `LD_PRELOAD=${compile('./fast-poll.c', ['-shared', '-fPIC'], ['-ldl'])} WARDKEY_POLL_MS=${pollMs} `;
  // An empty driver folder hides the machine's USB readers; our own /run hides its pcscd. Each step execs the next, so
  // the process id stays one and the same, and pdeathsig ends the daemon even when this process is killed outright.
  const script = [
    'mount -t tmpfs none /usr/lib/pcsc/drivers',
    'mount -t tmpfs none /run',
    'mkdir /run/pcscd',
    `mount --bind ${run} /run/pcscd`,
    `exec env ${preload}pcscd -f -c ${join(folder, 'reader.conf')}`,
  ].join(' && ');
  const asUser = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const log = openSync(logFile, 'a');
  return spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...asUser, '--mount', '--propagation', 'private', 'sh', '-c', script],
    { stdio: ['ignore', log, log] },
  );
}

/** Resolves when a client can connect to the daemon; told by the appearance of its socket. */
async function answering(socket: string, run: string, daemon: ChildProcess): Promise<void> {
  const ended = new AbortController();
  const limit = setTimeout(() => ended.abort(new Error('no answer in time')), START_LIMIT_MS);
  const onExit = () => ended.abort(new Error('it ended at once'));
  const onError = (error: Error) => ended.abort(error);
  daemon.once('exit', onExit).once('error', onError);
  const watcher = watch(run);
  try {
    while (!(await connects(socket))) {
      ended.signal.throwIfAborted();
      // Between bind and listen the file is there and refuses: no event follows, so look again at once.
      if (!exists(socket)) await once(watcher, 'change', { signal: ended.signal });
    }
  } finally {
    clearTimeout(limit);
    daemon.removeListener('exit', onExit).removeListener('error', onError);
    watcher.close();
  }
}

function exists(socket: string): boolean {
  try {
    readFileSync(socket);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}

function connects(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(socket);
    client.once('connect', () => {
      client.destroy();
      resolve(true);
    });
    client.once('error', () => resolve(false));
  });
}

/** Finds `count` consecutive free ports below the range that systems hand out to clients. */
async function freePorts(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = randomInt(10_000, 16_000) * 2;
    const ports = Array.from({ length: count }, (_, index) => base + index);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return ports;
  }
  throw new Error('no free ports found');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '0.0.0.0', () => probe.close(() => resolve(true)));
  });
}
