import { alone, type BenchRun, runBench } from './bench-run.ts';
import { type AtPace, type Measured, measureAtPace } from './insertion-at-pace.ts';
import { roundedSpread } from './report.ts';

/**
 * `npm run bench:insertion`: from the card in the reader to a verdict on its sign-in certificate, beside two programs that
 * read the same card in the same run. Real pcscd; RSA-2048 certificates, short APDUs.
 */
const DEFAULTS = { runs: 12 };
/** A real card takes about this long for an APDU. */
const CARD_PACE_MS = 15;
const LIMITS = { first: 3, known: 8, knownApdus: 4 };

await runBench('Insertion', DEFAULTS, async (run) => {
  for (const paceMs of [CARD_PACE_MS, 0]) {
    const measured = await alone(run, (part) => measureAtPace(part, paceMs));
    tell(run, measured);
  }
});

type Run = BenchRun<typeof DEFAULTS>;

function tell({ report }: Run, measured: AtPace): void {
  const { paceMs, agentFirst, agentKnown, peersFirst, peersAgain } = measured;
  const first = medianOfFaster(peersFirst) / agentFirst.tookMs.median;
  const known = medianOfFaster(peersAgain) / agentKnown.tookMs.median;
  const title = paceMs === 0 ? 'Full speed' : `At a card's pace: ${paceMs} ms an APDU`;
  report.table(
    `${title} (milliseconds)`,
    ['', 'n', 'median', 'p90', 'with the card', 'APDUs', 'in total', 'times the agent'],
    [
      row(agentFirst, agentFirst),
      ...peersFirst.map((peer) => row(peer, agentFirst)),
      row(agentKnown, agentKnown),
      ...peersAgain.map((peer) => row(peer, agentKnown)),
    ],
  );
  report.figure(paceMs === 0 ? 'fullSpeed' : 'cardPace', {
    paceMs,
    agentFirst: figures(agentFirst),
    agentKnown: figures(agentKnown),
    peersFirst: peersFirst.map(figures),
    peersAgain: peersAgain.map(figures),
    firstTimesFaster: first,
    knownTimesFaster: known,
  });
  if (paceMs === 0) return;
  report.limit('first insertion: faster than the faster peer', first, 'at least', LIMITS.first, 'times');
  report.limit('known card: faster than the faster peer', known, 'at least', LIMITS.known, 'times');
  report.limit('known card: APDUs to the verdict, the most', agentKnown.apdus.max, 'at most', LIMITS.knownApdus, '');
}

function medianOfFaster(peers: readonly Measured[]): number {
  return Math.min(...peers.map(({ tookMs }) => tookMs.median));
}

function row({ name, tookMs, withCardMs, apdus, apdusInTotal }: Measured, agent: Measured): (string | number)[] {
  return [
    name,
    String(tookMs.count),
    tookMs.median,
    tookMs.p90,
    withCardMs.median,
    String(apdus.median),
    String(apdusInTotal?.median ?? apdus.median),
    (tookMs.median / agent.tookMs.median).toFixed(2),
  ];
}

function figures({ name, tookMs, withCardMs, apdus, apdusInTotal }: Measured) {
  return {
    name,
    tookMs: roundedSpread(tookMs),
    withCardMs: roundedSpread(withCardMs),
    apdus,
    apdusInTotal,
  };
}
