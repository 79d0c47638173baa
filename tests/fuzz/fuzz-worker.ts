import { parentPort, workerData } from 'node:worker_threads';
import * as v from 'valibot';
import { type FuzzFinding, FuzzOrderSchema, type FuzzReport, HEADER_BYTES } from './fuzz-messages.ts';
import { MAX_INPUT, mutate, SeededRandom } from './mutation.ts';
import { type FuzzTarget, FuzzTargetSchema } from './target.ts';

const MAX_MS = 200;
/** Inputs that led somewhere new (another way to end) are fuzzed further; so many are kept. */
const MAX_CORPUS = 256;

const order = v.parse(FuzzOrderSchema, workerData);
const module: unknown = await import(new URL(`targets/${order.target}.ts`, import.meta.url).href);
parentPort?.postMessage(await fuzz(v.parse(v.object({ default: FuzzTargetSchema }), module).default), []);

async function fuzz(target: FuzzTarget): Promise<FuzzReport> {
  const random = new SeededRandom(order.seed);
  const seeds = target.seeds();
  const corpus = [...seeds];
  const ends = new Set<string>();
  const until = performance.now() + order.seconds * 1000;
  let refused = 0;
  let slowestMs = 0;
  let inputs = 0;
  // Every seed is run as it is first: a target whose seeds are refused tests nothing.
  for (; performance.now() < until; inputs++) {
    const untouched = seeds[inputs];
    // Half of them from the seeds alone: most of what is kept beside them was refused, and leads no deeper.
    const input = untouched ?? mutate(random.below(2) === 0 ? seeds : corpus, random);
    tellCurrent(input, inputs);
    const ended = await attempt(target, input);
    const tookMs = ended.tookMs > MAX_MS ? await fastestMs(target, input, ended.tookMs) : ended.tookMs;
    slowestMs = Math.max(slowestMs, tookMs);
    const problem = problemOf(ended, tookMs, untouched !== undefined);
    if (problem !== null)
      return { target: order.target, inputs: inputs + 1, refused, slowestMs, finding: found(problem, input) };
    if (ended.kind === 'refused') refused += 1;
    const end = `${ended.kind} ${ended.message} ${Math.log2(input.length + 1) | 0}`;
    if (!ends.has(end) && corpus.length < MAX_CORPUS) {
      ends.add(end);
      corpus.push(input);
    }
  }
  return { target: order.target, inputs, refused, slowestMs, finding: null };
}

type Ended = { readonly kind: 'returned' | 'refused' | 'failed'; readonly message: string; readonly tookMs: number };

async function attempt(target: FuzzTarget, input: Uint8Array): Promise<Ended> {
  const began = performance.now();
  try {
    const running = target.run(input.slice());
    if (running !== undefined) await running;
    return { kind: 'returned', message: '', tookMs: performance.now() - began };
  } catch (error) {
    const tookMs = performance.now() - began;
    const expected = (target.expected ?? []).some((type) => error instanceof type);
    const message =
      error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
    return { kind: expected ? 'refused' : 'failed', message, tookMs };
  }
}

/** A busy machine can make anything slow once; an input that is slow is slow each time. */
async function fastestMs(target: FuzzTarget, input: Uint8Array, firstMs: number): Promise<number> {
  let fastest = firstMs;
  for (let again = 0; again < 3; again++) fastest = Math.min(fastest, (await attempt(target, input)).tookMs);
  return fastest;
}

function problemOf(ended: Ended, tookMs: number, isSeed: boolean): string | null {
  if (ended.kind === 'failed') return ended.message;
  if (ended.kind === 'refused' && isSeed) return `a seed is refused: ${ended.message}`;
  return tookMs > MAX_MS ? `took ${tookMs.toFixed(0)} ms` : null;
}

function found(problem: string, input: Uint8Array): FuzzFinding {
  return { problem, inputHex: Buffer.from(input).toString('hex') };
}

function tellCurrent(input: Uint8Array, count: number): void {
  const header = new Int32Array(order.current, 0, 2);
  new Uint8Array(order.current, HEADER_BYTES).set(input.subarray(0, MAX_INPUT));
  Atomics.store(header, 0, input.length);
  Atomics.store(header, 1, count);
}
