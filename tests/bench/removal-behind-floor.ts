import { setTimeout as pause } from 'node:timers/promises';
import { issueCardState } from '../../src/simulator/pki/issue-card.ts';
import type { Desktop } from '../rig/logind.ts';
import type { BenchRun } from './bench-run.ts';
import { pullActiveCard, RemovalTally } from './removals.ts';
import { roundedSpread, SPREAD_HEADS, spreadRow } from './report.ts';
import { Scene } from './scene.ts';
import type { ScreenOpener } from './screen-opener.ts';
import { type SeededRandom, spreadOf } from './statistics.ts';

/** So short that what is measured is the agent and not the service's pause between two looks. */
export const FAST_POLL_MS = 5;
/** A card stays in for a random time of this range: long enough to meet every moment of the background reading. */
const STAY_MS = [5, 120] as const;

const LIMITS = { medianMs: 2, p99Ms: 10 };

/**
 * How much later than the fastest possible program the agent asks for the lock, pull after pull; and, since every lock is
 * a real one, how long until the system confirms it.
 */
export async function measureBehindFloor(
  { settings, report, undo }: BenchRun<{ readonly pulls: number }>,
  desktop: Desktop,
  opener: ScreenOpener,
  random: SeededRandom,
): Promise<void> {
  const scene = await Scene.set({ pollMs: FAST_POLL_MS, desktop }, undo);
  const tally = new RemovalTally(scene);
  const card = await issueCardState();
  const behindFloor: number[] = [];
  const pullToRequest: number[] = [];
  const pullToConfirmed: number[] = [];
  let unconfirmed = 0;

  // The very first round pays for what is loaded on first use; it is not a figure of its own, only told.
  await scene.insert(card);
  const first = await pullActiveCard(scene);
  await opener.open(scene.agent);

  for (let pull = 0; pull < settings.pulls; pull++) {
    await scene.insert(card);
    await pause(random.between(...STAY_MS));
    const { pulledAt, floor, requested, acted } = await pullActiveCard(scene);
    behindFloor.push(requested.monotonicMs - floor.at);
    pullToRequest.push(requested.monotonicMs - pulledAt);
    if (acted.done) pullToConfirmed.push(acted.monotonicMs - pulledAt);
    else unconfirmed += 1;
    await opener.open(scene.agent);
  }

  const behind = spreadOf(behindFloor);
  const rows = [
    ['lock request behind the C program', ...spreadRow(behind)],
    ['pull to lock request', ...spreadRow(spreadOf(pullToRequest))],
    ['pull to confirmed lock', ...spreadRow(spreadOf(pullToConfirmed))],
  ];
  report.table(`Removal, the service looks every ${FAST_POLL_MS} ms (milliseconds)`, ['', ...SPREAD_HEADS], rows);
  const earlier = behindFloor.filter((difference) => difference < 0).length;
  report.say(
    `In ${earlier} of ${behindFloor.length} the agent was told before the C program was: both ask one service.`,
  );
  report.say(`The first pull after the start: ${(first.requested.monotonicMs - first.floor.at).toFixed(3)} ms behind.`);
  report.figure('behindFloorMs', roundedSpread(behind));
  report.figure('toldBeforeFloor', earlier);
  report.figure('firstPullBehindFloorMs', first.requested.monotonicMs - first.floor.at);
  report.figure('pullToRequestMs', roundedSpread(spreadOf(pullToRequest)));
  report.figure('pullToConfirmedLockMs', roundedSpread(spreadOf(pullToConfirmed)));
  report.limit('request behind the C program, median', behind.median, 'at most', LIMITS.medianMs, 'ms');
  report.limit('request behind the C program, p99', behind.p99, 'at most', LIMITS.p99Ms, 'ms');
  report.limit('removals that the C program saw, less decisions', tally.seen - tally.decisions, 'exactly', 0, '');
  report.limit('decisions not told and settled exactly once', tally.irregular, 'exactly', 0, '');
  report.limit('locks that were not confirmed', unconfirmed, 'exactly', 0, '');
  if (scene.agent.malformed !== null) report.fail(`not a documented line: ${scene.agent.malformed}`);
}
