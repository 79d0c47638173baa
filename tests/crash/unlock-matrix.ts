import { PROFILE_NAMES, type ProfileName } from '../../src/simulator/card/profiles.ts';
import type { Moment } from './relay.ts';
import { CrashDesk, UnlockScene } from './unlock-scene.ts';

/**
 * Every message of an unlock, APDU or HTTP, has a number; a break happens before or after one of them. First the journey runs
 * whole, to count them; then once for each break.
 */

export const FAULTS = ['cut', 'kill-agent', 'kill-desk', 'pull-card'] as const;
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
    seconds: Math.round((performance.now() - begun) / 1000),
  };
}

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
  const meet = (moment: Moment, kind: 'apdu' | 'http'): Fault | null => {
    if (moment === 'before') message += 1;
    const [next] = waiting;
    if (next === undefined || next.message !== message || next.moment !== moment) return null;
    waiting.shift();
    message = -1;
    if (next.fault === 'kill-agent') scene.killAgent();
    if (next.fault === 'kill-desk') desk.kill();
    // In the middle of an APDU the reader loses the card by itself.
    if (next.fault === 'pull-card') scene.reader.reader.pull();
    void kind;
    return next.fault;
  };
  desk.relay.onMessage = (moment) => {
    const fault = meet(moment, 'http');
    return fault !== 'cut' && fault !== 'kill-desk' && fault !== 'kill-agent';
  };
  scene.reader.onApdu = (moment) => {
    const fault = meet(moment, 'apdu');
    if (fault === 'cut') return 'cut';
    return fault === 'kill-agent' ? 'silence' : 'pass';
  };
  try {
    const stuck = await scene.unlock();
    const verdict = await scene.judge(stuck);
    const leaks = scene.leaks();
    const why = [...verdict.why, ...(leaks.length > 0 ? [`${leaks.length} secrets were told`] : [])];
    const messages = message + 1;
    const run: Run = {
      profile,
      way,
      breaks,
      ok: why.length === 0,
      why,
      pukTriesSpent: verdict.pukTriesSpent,
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
