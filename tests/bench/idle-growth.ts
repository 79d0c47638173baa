import { setTimeout as pause } from 'node:timers/promises';
import { issueCardState } from '../../src/simulator/pki/issue-card.ts';
import type { BenchRun } from './bench-run.ts';
import { ALLOWED_GROWTH, type Growth, GrowthWatch, limitGrowth } from './growth.ts';
import { cardProcessOf, usageRow } from './idle-at-rest.ts';
import { LiveMemory } from './live-memory.ts';
import type { Scene } from './scene.ts';
import type { ScreenOpener } from './screen-opener.ts';
import type { SeededRandom } from './statistics.ts';

/** Cards in turn: known ones after the first round. */
const CARDS = 8;
/** Some readings are cut short, most are not. */
const STAY_MS = [0, 60] as const;
/** Real locks are slow to undo: every so often is enough, in between the desktop stays locked. */
const CYCLES_A_LOCK = 20;
const SAMPLES = 60;
/** This share of the cycles goes before the first sample: caches fill and code is compiled. */
const WARM_UP = 0.25;

type Settings = { readonly cycles: number; readonly apdus: number };

/** Cards in and out, two thousand times: nothing may pile up. */
export async function measureGrowth(
  { settings, report, undo }: BenchRun<Settings>,
  scene: Scene,
  opener: ScreenOpener,
  random: SeededRandom,
): Promise<void> {
  const { agent, reader } = scene;
  const cards = await Promise.all(Array.from({ length: CARDS }, () => issueCardState()));
  const watches = { agent: new GrowthWatch(), cardProcess: new GrowthWatch() };
  const cardProcess = cardProcessOf(scene);
  const memory = await LiveMemory.of(agent);
  undo(() => memory.close());
  const warmUp = Math.ceil(settings.cycles * WARM_UP);
  const every = Math.max(1, Math.floor(settings.cycles / SAMPLES));
  await pullCard(scene);

  let measured = 0;
  let apdusBefore = 0;
  for (
    let cycle = 0;
    measured < settings.cycles || (await reader.apduCount()) - apdusBefore < settings.apdus;
    cycle++
  ) {
    const locked = cycle % CYCLES_A_LOCK === 0;
    if (locked) await opener.open(agent);
    const card = cards[cycle % cards.length];
    if (card === undefined) break;
    await scene.insert(card);
    await pause(random.between(...STAY_MS));
    const confirmed = locked ? agent.next('acted', ({ done }) => done, 'a lock') : null;
    await pullCard(scene);
    await confirmed;
    if (cycle < warmUp) continue;
    if (cycle === warmUp) apdusBefore = await reader.apduCount();
    measured += 1;
    if (measured % every !== 0) continue;
    watches.agent.sample(agent.pid, await memory.measure());
    watches.cardProcess.sample(cardProcess);
  }
  const apdus = (await reader.apduCount()) - apdusBefore;
  if (agent.cardProcessPid() !== cardProcess) report.fail('the card process was replaced meanwhile');

  const grown = { agent: watches.agent.growth(), cardProcess: watches.cardProcess.growth() };
  report.table(
    `${measured} cycles, ${apdus} APDUs, after ${warmUp} cycles of warming up (medians of first and last third; MB)`,
    ['', 'live MB', 'PSS MB', 'USS MB', 'RSS MB', 'descriptors', 'threads'],
    [...growthRows('agent', grown.agent), ...growthRows('card process', grown.cardProcess)],
  );
  report.say(
    'Live: what the agent holds when its garbage is collected; V8 by itself lets that lie for thousands of cycles.',
  );
  report.figure('growth', { cycles: measured, apdus, ...grown });
  report.limit('cycles', measured, 'at least', settings.cycles, '');
  report.limit('APDUs', apdus, 'at least', settings.apdus, '');
  limitGrowth(report, 'agent', grown.agent, ALLOWED_GROWTH.agentMb);
  limitGrowth(report, 'card process', grown.cardProcess, ALLOWED_GROWTH.cardProcessMb);
}

function growthRows(name: string, growth: Growth | null): (string | number)[][] {
  if (growth === null) return [];
  const row = (when: string, sample: Growth['early']) => [
    `${name}, ${when}`,
    sample.liveMb?.toFixed(2) ?? '',
    ...usageRow(sample),
  ];
  return [row('early', growth.early), row('late', growth.late)];
}

/** Resolves when the agent has decided about the loss. */
async function pullCard({ agent, reader, readerName }: Scene): Promise<void> {
  const decided = agent.next('decided', ({ decision }) => decision.reader === readerName, 'a decision');
  await reader.pull();
  await decided;
}
