import { setTimeout as pause } from 'node:timers/promises';
import { issueCardState } from '../../src/simulator/pki/issue-card.ts';
import { type Desktop, LOCKED_COLOUR } from '../rig/logind.ts';
import type { BenchRun } from './bench-run.ts';
import { monotonicMs } from './clock.ts';
import { FAST_POLL_MS } from './removal-behind-floor.ts';
import { pullActiveCard } from './removals.ts';
import { roundedSpread, SPREAD_HEADS, spreadRow } from './report.ts';
import { Scene } from './scene.ts';
import type { ScreenOpener } from './screen-opener.ts';
import { type SeededRandom, spreadOf } from './statistics.ts';

const STAY_MS = [50, 150] as const;

/** From the card leaving the reader to a screen that shows nothing and takes no key, looked at from outside. */
export async function measureToLockedScreen(
  { settings, report, undo }: BenchRun<{ readonly 'locked-pulls': number }>,
  desktop: Desktop,
  opener: ScreenOpener,
  random: SeededRandom,
): Promise<void> {
  const scene = await Scene.set({ pollMs: FAST_POLL_MS, desktop }, undo);
  const card = await issueCardState();
  const toConfirmed: number[] = [];
  const toLocked: number[] = [];
  let unproven = 0;

  for (let pull = 0; pull < settings['locked-pulls']; pull++) {
    await scene.insert(card);
    await pause(random.between(...STAY_MS));
    const locked = desktop.untilReallyLocked(true).then(monotonicMs);
    locked.catch(() => undefined);
    const { pulledAt, acted } = await pullActiveCard(scene);
    toLocked.push((await locked) - pulledAt);
    toConfirmed.push(acted.monotonicMs - pulledAt);
    const [hint, pixel, refused] = await Promise.all([
      desktop.lockedHint(),
      desktop.pixel(),
      desktop.keyboardGrabRefused(),
    ]);
    if (!acted.done || !hint || pixel !== LOCKED_COLOUR || !refused) unproven += 1;
    await opener.open(scene.agent);
    await desktop.untilReallyLocked(false);
  }

  report.table(
    `Pull to a locked screen, the service looks every ${FAST_POLL_MS} ms (milliseconds)`,
    ['', ...SPREAD_HEADS],
    [
      ['confirmed by logind (LockedHint)', ...spreadRow(spreadOf(toConfirmed))],
      ['seen on the screen, keyboard held', ...spreadRow(spreadOf(toLocked))],
    ],
  );
  report.figure('pullToLockedScreen', {
    confirmedMs: roundedSpread(spreadOf(toConfirmed)),
    seenMs: roundedSpread(spreadOf(toLocked)),
  });
  report.limit('locks without all four proofs', unproven, 'exactly', 0, '');
}
