import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { CardPlayer } from '../../src/simulator/reader/card-player.ts';
import { AgentProcess } from '../bench/agent-process.ts';
import { type BenchRun, runBench } from '../bench/bench-run.ts';
import { monotonicMs } from '../bench/clock.ts';
import { ALLOWED_GROWTH, GrowthWatch, limitGrowth } from '../bench/growth.ts';
import { INSPECTABLE, LiveMemory } from '../bench/live-memory.ts';
import { ScreenOpener } from '../bench/screen-opener.ts';
import { SeededRandom, spreadOf } from '../bench/statistics.ts';
import { type Desktop, startDesktop } from '../rig/logind.ts';
import { startPcscd } from '../rig/pcscd.ts';
import { Chronicle } from './chronicle.ts';
import { Deeds } from './deeds.ts';
import { differences } from './final-state.ts';
import { Liveness, StatusLine } from './liveness.ts';
import { issueSoakCards } from './soak-cards.ts';
import { faultsIn } from './verdict.ts';
import { Witness } from './witness.ts';
import { World } from './world.ts';

/**
 * `npm run soak`: whatever may happen to an agent, at random, for as long as one likes. Real pcscd, real logind, a real
 * locker; the driver keeps its own account of the truth, and the agent is judged by it.
 */
const DEFAULTS = { minutes: 2, seconds: 0, seed: randomInt(1, 2 ** 31) };
type Run = BenchRun<typeof DEFAULTS>;

const PAIRS_OF_READERS = 3;
const POLL_MS = 5;
/** Until then the agent's state must have become the truth: a silent card alone takes a quarter of it. */
const SETTLE_LIMIT_MS = 60_000;
const SAMPLE_MS = 1_000;
/** Before this share of the time is over, caches still fill and code is still compiled. */
const WARM_UP = 0.25;
/** Callers, a new card process, a locker's bus: what may just be open when a sample is taken. */
const DESCRIPTORS_IN_USE = 4;
const LIMITS = { answerMs: 1_000 };

/** Countdowns short enough to end often, and long enough that a card sometimes comes back in time. */
const policyOf = (random: SeededRandom) => ({
  version: 1,
  removal: {
    'card-pulled': { graceSeconds: random.oneOf([0, 0, 1]) },
    'service-stopped': { graceSeconds: 1 },
    'card-process-lost': { graceSeconds: 1 },
    resume: { graceSeconds: 1 },
  },
});

await runBench('Soak', DEFAULTS, async (run) => {
  const chronicle = new Chronicle();
  try {
    await soak(run, chronicle);
  } catch (error) {
    run.report.fail(inspect(error));
  }
  if (!run.report.ok) tellChronicle(run, chronicle);
});

async function soak({ settings, report, undo }: Run, chronicle: Chronicle): Promise<void> {
  report.say(`Seed ${settings.seed}`);
  const random = new SeededRandom(settings.seed);
  const policy = policyOf(random);
  const desktop = await startDesktop();
  undo(() => desktop.stop());
  const opener = await ScreenOpener.on(desktop);
  undo(() => opener.close());
  const pcscd = await startPcscd({ pollMs: POLL_MS, pairs: PAIRS_OF_READERS });
  undo(() => pcscd.stop());
  const player = await CardPlayer.start();
  undo(() => player.stop());
  const cards = await issueSoakCards();
  const agent = await AgentProcess.start({ policy, env: { ...desktop.env, ...pcscd.env, ...INSPECTABLE } });
  undo(() => agent.stop());
  agent.lines.on((line) => chronicle.heard(line));

  const witness = new Witness(agent);
  const world = new World({ pcscd, player, agent, witness, chronicle });
  undo(world.watchCardProcess());
  const { controlAddress } = agent;
  const deeds = new Deeds({ random, world, cards, opener, controlAddress, chronicle });
  const liveness = await Liveness.start(controlAddress);
  const growthWatch = new GrowthWatch();
  const from = monotonicMs();
  const spanMs = settings.seconds > 0 ? settings.seconds * 1_000 : settings.minutes * 60_000;
  const memory = await LiveMemory.of(agent);
  undo(() => memory.close());
  const sample = async () => {
    if (monotonicMs() - from < WARM_UP * spanMs || !agent.running) return;
    growthWatch.sample(agent.pid, await memory.measure());
  };
  const sampling = setInterval(() => void sample().catch((error: unknown) => chronicle.deed(String(error))), SAMPLE_MS);
  undo(() => clearInterval(sampling));

  while (monotonicMs() - from < spanMs && agent.running) await deeds.next();
  await deeds.finished();
  clearInterval(sampling);

  const allReaders = pcscd.readers.map(({ name }) => name);
  const settledMs = agent.running ? await settle({ report, agent, allReaders, world, witness, desktop }) : null;
  const hungUp = await liveness.stop().catch(String);
  if (typeof hungUp === 'string') report.fail(hungUp);

  const faults = [...faultsIn(witness.testimony, world.stays, world.losses), ...world.faults, ...deeds.faults];
  for (const fault of faults) report.fail(fault);
  if (!agent.running) report.fail(`the agent has ended by itself: ${agent.errorText}`);
  if (agent.malformed !== null) report.fail(`not a documented line: ${agent.malformed}`);

  const byOutcome = Map.groupBy(deeds.presented, ({ passcode, outcome }) => `${passcode}: ${outcome}`);
  const outcomes = Object.fromEntries(Array.from(byOutcome, ([kind, each]) => [kind, each.length]));
  const growth = growthWatch.growth();
  report.figure('seed', settings.seed);
  report.figure('policy', policy);
  report.figure('deeds', Object.fromEntries(deeds.counts));
  report.figure('passcodes', outcomes);
  report.figure('losses', world.losses.length);
  report.figure('decisions', Object.fromEntries(witness.decisionsBy));
  report.figure('counts', { ...witness.counts, mostActive: witness.mostActive });
  report.figure('settledMs', settledMs);
  report.figure('statusAnswers', liveness.answers);
  report.figure('growth', growth);
  if (deeds.presented.length > 0) report.figure('passcodeMs', spreadOf(deeds.presented.map(({ tookMs }) => tookMs)));

  report.table('Done', ['', 'times'], rows(deeds.counts));
  report.table('Passcodes', ['', 'times'], rows(Object.entries(outcomes)));
  report.table('Decisions', ['', 'times'], rows(witness.decisionsBy));
  const { sessions, decisions, locks, locksInVain } = witness.counts;
  report.say(`\n${sessions} sessions began, at most ${witness.mostActive} at once; ${decisions} decisions were made.`);
  report.say(`${locks} locks confirmed, ${locksInVain} in vain. The state was the truth after ${settledMs ?? '-'} ms.`);

  report.limit('faults', faults.length, 'exactly', 0, '');
  report.limit('deaths of the card process by itself', world.unprovokedDeaths, 'exactly', 0, '');
  report.limit('longest wait for an answer to "status"', liveness.longestMs, 'at most', LIMITS.answerMs, 'ms');
  limitGrowth(report, 'agent', growth, ALLOWED_GROWTH.agentMb, DESCRIPTORS_IN_USE);
}

type Settling = Pick<Run, 'report'> & {
  readonly agent: AgentProcess;
  readonly allReaders: readonly string[];
  readonly world: World;
  readonly witness: Witness;
  readonly desktop: Desktop;
};

/** Waits, by what the agent tells, until its state is the truth. @returns how long that took; null: it never was */
async function settle({ report, agent, allReaders, world, witness, desktop }: Settling): Promise<number | null> {
  const from = monotonicMs();
  const line = await StatusLine.open(agent.controlAddress);
  try {
    for (;;) {
      // Asked for before the look, so that nothing falls in between.
      const left = SETTLE_LIMIT_MS - (monotonicMs() - from);
      const news = agent.lines.next(() => true, 'the agent to say anything', Math.max(left, 1));
      const found = await differences(await line.ask(), allReaders, world, witness, desktop);
      if (witness.unsettled > 0) found.push(`${witness.unsettled} decisions are not settled`);
      if (found.length === 0) return Math.round(monotonicMs() - from);
      try {
        await news;
      } catch {
        for (const difference of found) report.fail(`after ${SETTLE_LIMIT_MS / 1_000} s: ${difference}`);
        return null;
      }
    }
  } finally {
    line.close();
  }
}

function rows(counts: Iterable<readonly [string, number]>): [string, string][] {
  return [...counts].toSorted(([a], [b]) => a.localeCompare(b)).map(([name, count]) => [name, String(count)]);
}

function tellChronicle({ report, settings }: Run, chronicle: Chronicle): void {
  const file = join(tmpdir(), `wardkey-soak-${settings.seed}.log`);
  writeFileSync(file, `${chronicle.lines.join('\n')}\n`);
  report.figure('chronicle', { file, last: chronicle.last });
  report.say('\nWhat happened last:');
  for (const line of chronicle.last) report.say(line);
  report.say(`\nAll of it: ${file}`);
}
