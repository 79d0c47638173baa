import { compile } from '../rig/compile.ts';
import { Awaited } from './awaited.ts';
import { type LineProcess, startLineProcess } from './line-process.ts';

/** What a C program that sleeps in SCardGetStatusChange saw; times in milliseconds of the monotonic clock. */
export type FloorSight = {
  readonly kind: 'inserted' | 'removed';
  readonly reader: string;
  readonly at: number;
  /** Upper half of dwEventState. */
  readonly counter: number;
};

export type Floor = {
  readonly process: LineProcess;
  readonly sights: Awaited<FloorSight>;
  stop(): Promise<void>;
};

/** Starts the C program on these readers; resolves when it watches. */
export async function startFloor(env: NodeJS.ProcessEnv, readers: readonly string[]): Promise<Floor> {
  const program = compile('../bench/floor.c', ['-I/usr/include/PCSC'], ['-lpcsclite']);
  const sights = new Awaited<FloorSight>();
  const ready = new Awaited<true>();
  const isReady = ready.next(() => true, 'the C program to be ready');
  const child = startLineProcess([program, ...readers], env, (line) => {
    const [kind, ns, number, counter] = line.split(' ');
    if (kind === 'ready') ready.emit(true);
    const reader = readers[Number(number)];
    if ((kind !== 'inserted' && kind !== 'removed') || reader === undefined) return;
    sights.emit({ kind, reader, at: Number(ns) / 1e6, counter: Number(counter) });
  });
  try {
    await isReady;
  } catch (error) {
    await child.end('SIGKILL');
    throw new Error(`the C program did not start: ${child.errorText}`, { cause: error });
  }
  return { process: child, sights, stop: () => child.end('SIGKILL') };
}
