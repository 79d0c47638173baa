import { setTimeout as pause } from 'node:timers/promises';
import { issueCardState } from '../../src/simulator/pki/issue-card.ts';
import type { BenchRun } from './bench-run.ts';
import { untilQuiet } from './card-traffic.ts';
import { monotonicMs } from './clock.ts';
import { processorUse, type Usage, usageOf } from './process-usage.ts';
import type { Scene } from './scene.ts';

const LIMITS = { processorPercent: 0.1, cardProcessMb: 60 };
/** V8 tidies up once, eight seconds and more after there was something to do; that belongs to the reading, not to rest. */
const SETTLE_MS = 15_000;
const QUIET_MS = 300;

/** Agent and card process with a card in and its session active, and nothing happening. */
export async function measureAtRest(
  { settings, report }: BenchRun<{ readonly seconds: number }>,
  scene: Scene,
): Promise<void> {
  const { agent, reader } = scene;
  await scene.insert(await issueCardState());
  await untilQuiet(reader, QUIET_MS);
  await pause(SETTLE_MS);
  const cardProcess = cardProcessOf(scene);
  const processes = [
    ['agent', agent.pid],
    ['card process', cardProcess],
  ] as const;

  const apdusBefore = await reader.apduCount();
  const before = processes.map(([, pid]) => processorUse(pid));
  const from = monotonicMs();
  await pause(settings.seconds * 1_000);
  const after = processes.map(([, pid]) => processorUse(pid));
  const spanMs = monotonicMs() - from;
  const percent = after.map(({ ns }, i) => (100 * (ns - (before[i]?.ns ?? 0))) / 1e6 / spanMs);
  const turnsASecond = after.map(({ turns }, i) => (1_000 * (turns - (before[i]?.turns ?? 0))) / spanMs);
  const together = percent.reduce((sum, each) => sum + each, 0);
  const usages = processes.map(([, pid]) => existing(usageOf(pid)));

  report.table(
    `${(spanMs / 1_000).toFixed(1)} s with a card in and an active session (MB: 10^6 bytes)`,
    ['', '% of a core', 'turns a second', 'in pair MB', 'PSS MB', 'USS MB', 'RSS MB', 'descriptors', 'threads'],
    processes.map(([name], i) => [
      name,
      percent[i] ?? Number.NaN,
      (turnsASecond[i] ?? Number.NaN).toFixed(1),
      existing(usages[i] ?? null).inPairMb.toFixed(1),
      ...usageRow(existing(usages[i] ?? null)),
    ]),
  );
  report.say(
    'USS: its own memory alone. PSS: and its part of what it shares (Node itself, with the agent and with these',
  );
  report.say('measurements). In pair: and half of what it shares, as when only the two of them run.');
  report.figure('atRest', {
    seconds: spanMs / 1_000,
    processorPercent: { agent: percent[0], cardProcess: percent[1], together },
    turnsASecond: { agent: turnsASecond[0], cardProcess: turnsASecond[1] },
    agent: usages[0],
    cardProcess: usages[1],
    apdus: (await reader.apduCount()) - apdusBefore,
  });
  report.limit('processor, agent and card process', together, 'at most', LIMITS.processorPercent, '% of a core');
  const { inPairMb } = existing(usages[1] ?? null);
  report.limit('card process, memory (in pair)', inPairMb, 'at most', LIMITS.cardProcessMb, 'MB');
  if (agent.cardProcessPid() !== cardProcess) report.fail('the card process was replaced meanwhile');
}

export function cardProcessOf({ agent }: Scene): number {
  const pid = agent.cardProcessPid();
  if (pid === null) throw new Error('the agent has no card process');
  return pid;
}

export function usageRow({ pssMb, ussMb, rssMb, descriptors, threads }: Usage): (string | number)[] {
  return [pssMb.toFixed(1), ussMb.toFixed(1), rssMb.toFixed(1), String(descriptors), String(threads)];
}

function existing(usage: Usage | null): Usage {
  if (usage === null) throw new Error('a process has ended');
  return usage;
}
