import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type FuzzOrder, type FuzzReport, HEADER_BYTES } from './fuzz-messages.ts';
import { MAX_INPUT } from './mutation.ts';

/**
 * Fuzzes every parser of hostile bytes: valid inputs are mutated, and the parser must return or refuse, in time.
 *
 *   node tests/fuzz/fuzz.ts --seconds 60 [--target NAME]... [--seed N] [--json]
 *
 * The seconds are divided over the targets. Exits 1 and prints the input as hex on the first finding of each target; the
 * same seed and target lead to the same inputs.
 */

const HANG_MS = 5_000;
/** A little longer than HANG_MS before the first input: a worker has to load its target first. */
const LOADING_MS = 20_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    target: { type: 'string', multiple: true },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const all = readdirSync(new URL('targets/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const targets = values.target ?? all;
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);
const unknown = targets.filter((target) => !all.includes(target));
if (unknown.length > 0 || !(seconds > 0) || !Number.isInteger(seed)) {
  console.error(unknown.length > 0 ? `No target ${unknown.join(', ')}. There are: ${all.join(', ')}` : 'Bad option.');
  process.exit(2);
}

const reports: FuzzReport[] = [];
for (const target of targets) {
  const report = await watched({ target, seconds: seconds / targets.length, seed, current: sharedInput() });
  reports.push(report);
  if (!values.json) tell(report);
}
const findings = reports.filter(({ finding }) => finding !== null).length;
if (values.json) console.log(JSON.stringify({ ok: findings === 0, seed, seconds, targets: reports }));
else console.log(findings === 0 ? `No findings (seed ${seed}).` : `${findings} targets with findings (seed ${seed}).`);
process.exit(findings === 0 ? 0 : 1);

/** Fuzzes in a thread of its own, and ends that thread if an input does. */
function watched(order: FuzzOrder): Promise<FuzzReport> {
  const worker = new Worker(new URL('fuzz-worker.ts', import.meta.url), { workerData: order });
  return new Promise((resolve, reject) => {
    let last = -1;
    let since = performance.now();
    const lost = (problem: string) => {
      const inputs = current(order).count + 1;
      resolve({
        target: order.target,
        inputs,
        refused: 0,
        slowestMs: performance.now() - since,
        finding: { problem, inputHex: current(order).hex },
      });
    };
    const watch = setInterval(() => {
      const { count } = current(order);
      if (count !== last) {
        last = count;
        since = performance.now();
      } else if (performance.now() - since > (count < 0 ? LOADING_MS : HANG_MS)) {
        lost('did not end');
        void worker.terminate();
      }
    }, 250);
    worker.once('message', resolve);
    worker.once('error', (error) => {
      if (current(order).count < 0) reject(error);
      else lost(`ended the thread: ${String(error)}`);
    });
    worker.once('exit', () => {
      clearInterval(watch);
      // Of no effect after a report; a thread that ended without one was ended by its input.
      lost('ended the thread');
    });
  });
}

function sharedInput(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(HEADER_BYTES + MAX_INPUT);
  Atomics.store(new Int32Array(buffer, 0, 2), 1, -1);
  return buffer;
}

function current({ current: shared }: FuzzOrder): { count: number; hex: string } {
  const [length = 0, count = -1] = new Int32Array(shared, 0, 2);
  return { count, hex: Buffer.from(shared, HEADER_BYTES, length).toString('hex') };
}

function tell({ target, inputs, refused, slowestMs, finding }: FuzzReport): void {
  const share = inputs === 0 ? 0 : Math.round((100 * refused) / inputs);
  console.log(`${target}: ${inputs} inputs, ${share} % refused, slowest ${slowestMs.toFixed(1)} ms`);
  if (finding === null) return;
  console.error(`FINDING in ${target}: ${finding.problem}`);
  console.error(finding.inputHex);
}
