import { type TrustStore, trustStore } from '../../src/core/pki/path/anchor.ts';
import { judgePath, type RevocationData } from '../../src/core/pki/path/judge-path.ts';
import { STRICT } from '../../src/core/pki/path/profile.ts';
import { type Certificate, parseCertificate } from '../../src/core/pki/x509/certificate.ts';
import { parseRevocationList } from '../../src/core/pki/x509/revocation-list.ts';
import type { BenchRun } from './bench-run.ts';
import { monotonicMs } from './clock.ts';
import { type BenchChains, type BenchKind, generateBenchChains, writeBenchChains } from './pki-chains.ts';
import { type PkiFloor, runPkiFloor } from './pki-floor.ts';
import { roundedSpread, SPREAD_HEADS, spreadRow } from './report.ts';
import { medianOf, type Spread, spreadOf } from './statistics.ts';

type Settings = { readonly leaves: number; readonly entries: number; readonly rounds: number };

/** At least as fast as OpenSSL, in every way that is measured. */
const TIMES_OPENSSL = 1;
const CRL_MS = 500;

/** What one side took for everything, once; milliseconds. */
type Round = { readonly readyMs: number; readonly anewMs: number; readonly crlMs: number };

/**
 * Leaf, two intermediates, root, all of one kind of key. The two sides take turns, so that what disturbs the machine disturbs
 * both. `ready`: issuers were read before, as the agent has them. `anew`: the intermediates are read from their DER for every
 * leaf, as from a card; decoded keys stay in the product's cache, which OpenSSL does not have.
 */
export async function measureChainKind(
  { settings, report }: BenchRun<Settings>,
  kind: BenchKind,
  folder: string,
): Promise<void> {
  const chains = await generateBenchChains(kind, { leaves: settings.leaves, crlEntries: settings.entries });
  await writeBenchChains(folder, chains);
  const ours: Round[] = [];
  const floor: Round[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    ours.push(judgeAll(chains));
    floor.push(onlyRound(await runPkiFloor(folder, 1, chains.at)));
  }

  const spreads = (measure: keyof Round, turn: (ms: number) => number) => ({
    ours: spreadOf(ours.map((each) => turn(each[measure]))),
    openssl: spreadOf(floor.map((each) => turn(each[measure]))),
  });
  const perSecond = (ms: number) => (settings.leaves * 1_000) / ms;
  const ready = spreads('readyMs', perSecond);
  const anew = spreads('anewMs', perSecond);
  const crl = spreads('crlMs', (ms) => ms);
  report.table(
    `${kind}: ${settings.leaves} chains, judged a second; revocation list of ${settings.entries} entries (${(chains.crl.length / 1e6).toFixed(1)} MB), ms`,
    ['', ...SPREAD_HEADS],
    [
      ['issuers ready, Wardkey', ...spreadRow(ready.ours)],
      ['issuers ready, OpenSSL', ...spreadRow(ready.openssl)],
      ['issuers anew, Wardkey', ...spreadRow(anew.ours)],
      ['issuers anew, OpenSSL', ...spreadRow(anew.openssl)],
      ['revocation list, Wardkey', ...spreadRow(crl.ours)],
      ['revocation list, OpenSSL', ...spreadRow(crl.openssl)],
    ],
  );
  report.figure(kind, { ready: told(ready), anew: told(anew), crl: told(crl) });

  const times = (measure: 'readyMs' | 'anewMs') =>
    medianOf(ours.map((each, round) => (floor[round]?.[measure] ?? Number.NaN) / each[measure]));
  report.limit(`${kind}, issuers ready, times OpenSSL`, times('readyMs'), 'at least', TIMES_OPENSSL, '');
  report.limit(`${kind}, issuers anew, times OpenSSL`, times('anewMs'), 'at least', TIMES_OPENSSL, '');
  // The slowest, and so the first too: an agent reads a list once, with cold code.
  report.limit(`${kind}, revocation list read and judged, slowest`, crl.ours.max, 'at most', CRL_MS, 'ms');
}

function told(sides: { readonly ours: Spread; readonly openssl: Spread }) {
  return { ours: roundedSpread(sides.ours), openssl: roundedSpread(sides.openssl) };
}

/** @throws Error where a chain is refused, or revoked: then nothing that was measured would mean anything */
function judgeAll({ anchor, intermediates, leaves, crl, at }: BenchChains): Round {
  const roots = [parseCertificate(anchor)];
  const readIntermediates = () => intermediates.map((der) => parseCertificate(der));
  const ready = trustStore(roots, readIntermediates());
  const bare = trustStore(roots);
  const [first] = leaves;
  if (first === undefined) throw new RangeError('there are no leaves');
  return {
    readyMs: took(() => {
      for (const leaf of leaves) judge(leaf, ready, [], at, null);
    }),
    anewMs: took(() => {
      for (const leaf of leaves) judge(leaf, bare, readIntermediates(), at, null);
    }),
    crlMs: took(() => {
      const lists = [parseRevocationList(crl)];
      // Only the issuing authority has published: what is unknown of the others is let pass, what is known of the leaf is not.
      judge(first, ready, [], at, { lists, answers: [], ageCap: 0, tolerates: () => true });
    }),
  };
}

function judge(
  der: Uint8Array,
  store: TrustStore,
  others: readonly Certificate[],
  at: number,
  revocation: RevocationData | null,
): void {
  const judgement = judgePath(parseCertificate(der), store, others, { at, profile: STRICT, revocation });
  const state = judgement.path.at(-1)?.revocation.state;
  if (!judgement.accepted || (revocation !== null && state !== 'good')) {
    throw new Error(`a sound chain was refused: ${judgement.faults.join(', ')}, revocation ${state}`);
  }
}

function onlyRound({ readyMs: [readyMs], anewMs: [anewMs], crlMs: [crlMs] }: PkiFloor): Round {
  if (readyMs === undefined || anewMs === undefined || crlMs === undefined) throw new Error('OpenSSL told no figure');
  return { readyMs, anewMs, crlMs };
}

function took(work: () => void): number {
  const startedAt = monotonicMs();
  work();
  return monotonicMs() - startedAt;
}
