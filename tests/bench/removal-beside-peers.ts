import { setTimeout as pause } from 'node:timers/promises';
import { issueCardState } from '../../src/simulator/pki/issue-card.ts';
import type { Desktop } from '../rig/logind.ts';
import { STOCK_POLL_MS } from '../rig/pcscd.ts';
import type { BenchRun } from './bench-run.ts';
import { type EventManager, startCardEventManager, startPkcs11EventManager } from './event-managers.ts';
import { pullActiveCard, RemovalTally } from './removals.ts';
import { roundedSpread, SPREAD_HEADS, spreadRow } from './report.ts';
import { Scene } from './scene.ts';
import type { ScreenOpener } from './screen-opener.ts';
import { medianOf, type SeededRandom, spreadOf } from './statistics.ts';

/** A peer that has not said anything about a card by now has missed it. */
const PEER_LIMIT_MS = 5_000;
/** When everybody knows of the card, it stays for a random time of this range, so that no poll is favoured. */
const STAY_MS = [50, 1_050] as const;

/** The agent, the C program and two others' event managers, all watching the same pulls of one untouched service. */
export async function measureBesidePeers(
  { settings, report, undo }: BenchRun<{ readonly 'peer-pulls': number }>,
  desktop: Desktop,
  opener: ScreenOpener,
  random: SeededRandom,
): Promise<void> {
  const scene = await Scene.set({ pollMs: STOCK_POLL_MS, desktop }, undo);
  const env = { ...process.env, ...scene.pcscd.env };
  const peers = [startPkcs11EventManager(env), startCardEventManager(env)];
  for (const peer of peers) undo(() => peer.stop());
  const tally = new RemovalTally(scene);
  const card = await issueCardState();

  const fromPull = new Map<string, number[]>([
    ['agent', []],
    ['C program', []],
    ...peers.map(({ name }): [string, number[]] => [name, []]),
  ]);
  const behindFloor: number[] = [];
  const missed = new Map(peers.map(({ name }) => [name, 0]));

  // One round that does not count: an event manager takes the first thing it sees for the state of affairs.
  for (let round = -1; round < settings['peer-pulls']; round++) {
    const inserted = peers.map((peer) => nextOf(peer, 'inserted'));
    await scene.insert(card);
    await Promise.all(inserted);
    await pause(random.between(...STAY_MS));

    const removed = peers.map((peer) => nextOf(peer, 'removed'));
    const { pulledAt, floor, requested } = await pullActiveCard(scene);
    const told = await Promise.all(removed);
    await opener.open(scene.agent);
    if (round < 0) continue;
    fromPull.get('agent')?.push(requested.monotonicMs - pulledAt);
    fromPull.get('C program')?.push(floor.at - pulledAt);
    behindFloor.push(requested.monotonicMs - floor.at);
    for (const [index, { name }] of peers.entries()) {
      const at = told[index] ?? null;
      if (at === null) missed.set(name, (missed.get(name) ?? 0) + 1);
      else fromPull.get(name)?.push(at - pulledAt);
    }
  }

  const settingOf = new Map(peers.map(({ name, setting }) => [name, ` (${setting})`]));
  const measured = [...fromPull].filter(([, samples]) => samples.length > 0);
  report.table(
    `Pull to reaction, the service untouched: it looks every ${STOCK_POLL_MS} ms (milliseconds)`,
    ['', ...SPREAD_HEADS, 'missed', 'times the agent'],
    measured.map(([name, samples]) => [
      `${name}${settingOf.get(name) ?? ''}`,
      ...spreadRow(spreadOf(samples)),
      String(missed.get(name) ?? 0),
      ratio(medianOf(samples), medianOf(fromPull.get('agent') ?? [])),
    ]),
  );
  const behind = spreadOf(behindFloor);
  report.say(`The agent behind the C program: median ${behind.median.toFixed(3)}, p99 ${behind.p99.toFixed(3)} ms.`);
  report.figure('besidePeers', {
    pollMs: STOCK_POLL_MS,
    fromPullMs: Object.fromEntries(measured.map(([name, samples]) => [name, roundedSpread(spreadOf(samples))])),
    missed: Object.fromEntries(missed),
    agentBehindFloorMs: roundedSpread(behind),
    medianTimesTheAgent: Object.fromEntries(
      measured.map(([name, samples]) => [name, medianOf(samples) / medianOf(fromPull.get('agent') ?? [])]),
    ),
  });
  report.limit('untouched service: removals less decisions', tally.seen - tally.decisions, 'exactly', 0, '');
  report.limit('untouched service: irregular decisions', tally.irregular, 'exactly', 0, '');
}

/** When the peer ran its command for this; null when it does not within its limit. */
async function nextOf(peer: EventManager, kind: 'inserted' | 'removed'): Promise<number | null> {
  try {
    const event = await peer.events.next(
      (each) => each.kind === kind,
      `${peer.name} to run its command`,
      PEER_LIMIT_MS,
    );
    return event.at;
  } catch {
    if (!peer.process.running) throw new Error(`${peer.name} has ended: ${peer.process.errorText}`);
    return null;
  }
}

function ratio(theirs: number, ours: number): string {
  return (theirs / ours).toFixed(2);
}
