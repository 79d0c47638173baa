import { PROFILE_NAMES, type ProfileName } from '../../src/simulator/card/profiles.ts';
import type { Moment } from './relay.ts';
import { CrashDesk, UnlockScene } from './unlock-scene.ts';

/**
 * Every message of an unlock, APDU or HTTP, has a number; a break happens before or after one of them. First the journey runs
 * whole, to count them; then once for each break.
 */

export const FAULTS = [
  'cut',
  'kill-agent',
  /** The desk is gone between two requests, and comes back. */
  'desk-away',
  'pull-card',
  /** The agent dies, and what it wrote last is not on the disk after all: the file is older than what has happened. */
  'old-file',
  /** The file cannot be written any more, until somebody is told. */
  'full-disk',
  /** The same, and a little later the agent dies. */
  'full-disk-and-kill',
] as const;
export type Fault = (typeof FAULTS)[number];
export const WAYS = ['self-service', 'assisted', 'admin-key'] as const;
export type Way = (typeof WAYS)[number];

export type Break = { readonly message: number; readonly moment: Moment; readonly fault: Fault };

export type Options = {
  readonly profiles: readonly string[] | null;
  readonly ways: readonly string[] | null;
  readonly pairs: number;
  readonly every: number;
  readonly seed: number;
  readonly onRun?: (run: Run) => void;
};

export type Run = {
  readonly profile: ProfileName;
  readonly way: Way;
  readonly breaks: readonly Break[];
  readonly ok: boolean;
  readonly why: readonly string[];
  readonly pukTriesSpent: number;
  /** Breaks that were not met: the journey took another way after an earlier one. */
  readonly notMet: number;
  /** How often the user had to begin anew. */
  readonly begunAnew: number;
};

export type Report = {
  readonly runs: number;
  readonly messages: Readonly<Record<string, number>>;
  readonly failed: readonly Run[];
  readonly pukTriesSpentMost: number;
  readonly runsWithATrySpent: number;
  readonly begunAnew: number;
  readonly breaksNotMet: number;
  readonly seconds: number;
};

export async function crashMatrix(options: Options): Promise<Report> {
  const begun = performance.now();
  const runs: Run[] = [];
  const messages: Record<string, number> = {};
  let desk = await CrashDesk.open();
  const random = numbersFrom(options.seed);
  try {
    for (const profile of PROFILE_NAMES.filter((name) => options.profiles?.includes(name) ?? true)) {
      for (const way of WAYS.filter((name) => options.ways?.includes(name) ?? true)) {
        const whole = await runOnce(desk, profile, way, []);
        runs.push(whole.run);
        options.onRun?.(whole.run);
        messages[`${profile} ${way}`] = whole.messages;
        const singles = breaksOf(whole.messages);
        const sets: Break[][] = singles.filter((_, i) => i % options.every === 0).map((each) => [each]);
        for (let i = 0; i < options.pairs; i++) {
          const [first, second] = [pick(singles, random), pick(singles, random)];
          // The second counts from the first.
          sets.push([first, second]);
        }
        for (const breaks of sets) {
          const { run } = await runOnce(desk, profile, way, breaks);
          runs.push(run);
          options.onRun?.(run);
          // One that is stuck may hold on to the desk.
          if (!run.ok) {
            await desk.close();
            desk = await CrashDesk.open();
          }
        }
      }
    }
  } finally {
    await desk.close();
  }
  return {
    runs: runs.length,
    messages,
    failed: runs.filter(({ ok }) => !ok),
    pukTriesSpentMost: Math.max(...runs.map(({ pukTriesSpent }) => pukTriesSpent)),
    runsWithATrySpent: runs.filter(({ pukTriesSpent }) => pukTriesSpent > 0).length,
    begunAnew: runs.filter(({ begunAnew }) => begunAnew > 0).length,
    breaksNotMet: runs.reduce((sum, { notMet }) => sum + notMet, 0),
    seconds: Math.round((performance.now() - begun) / 1000),
  };
}

/** Counted from the break before. */
const SOON_AFTER: Break = { message: 2, moment: 'after', fault: 'kill-agent' };

function breaksOf(messages: number): Break[] {
  return Array.from({ length: messages }, (_, message) => message).flatMap((message) =>
    (['before', 'after'] as const).flatMap((moment) => FAULTS.map((fault) => ({ message, moment, fault }))),
  );
}

async function runOnce(desk: CrashDesk, profile: ProfileName, way: Way, breaks: readonly Break[]) {
  await desk.start();
  const scene = await UnlockScene.set(desk, profile, {
    way: way === 'assisted' ? 'assisted' : 'self-service',
    withProofKey: way !== 'admin-key',
  });
  const waiting = [...breaks];
  let message = -1;
  const meet = (moment: Moment): Fault | null => {
    if (moment === 'before') message += 1;
    const [next] = waiting;
    if (next === undefined || next.message !== message || next.moment !== moment) return null;
    waiting.shift();
    message = -1;
    if (next.fault === 'kill-agent') scene.killAgent();
    // One, two or three writes are lost.
    if (next.fault === 'old-file') scene.killAgent(1 + (next.message % 3));
    if (next.fault === 'full-disk' || next.fault === 'full-disk-and-kill') scene.fillDisk();
    if (next.fault === 'full-disk-and-kill') waiting.unshift(SOON_AFTER);
    if (next.fault === 'desk-away') desk.goAway();
    if (next.fault === 'pull-card') scene.reader.reader.pull();
    return next.fault;
  };
  desk.relay.onMessage = (moment) => {
    const fault = meet(moment);
    return fault === null || fault === 'pull-card' || fault === 'full-disk' || fault === 'full-disk-and-kill';
  };
  scene.reader.onApdu = (moment) => {
    const fault = meet(moment);
    if (fault === 'cut') return 'cut';
    return fault === 'kill-agent' || fault === 'old-file' ? 'silence' : 'pass';
  };
  try {
    const stuck = await scene.unlock();
    const verdict = await scene.judge(stuck);
    const leaks = scene.leaks();
    const notMet = waiting.filter((each) => each !== SOON_AFTER);
    const why = [
      ...verdict.why,
      ...(leaks.length > 0 ? [`${leaks.length} secrets were told`] : []),
      ...(breaks.length === 1 && notMet.length > 0 ? ['the break was never met'] : []),
    ];
    const messages = message + 1;
    const run: Run = {
      profile,
      way,
      breaks,
      ok: why.length === 0,
      why,
      pukTriesSpent: verdict.pukTriesSpent,
      notMet: notMet.length,
      begunAnew: verdict.restarts,
    };
    return { run, messages };
  } finally {
    desk.relay.onMessage = () => true;
    scene.end();
  }
}

/** Mulberry32: the same pairs for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}
