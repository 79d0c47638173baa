import { beforeAll, describe, expect, it } from 'vitest';
import { type CorpusCase, generateCorpus } from '../pki-corpus/corpus.ts';
import { EXPLAINED } from '../pki-corpus/explained.ts';
import { FLAWS } from '../pki-corpus/flaws/all-flaws.ts';
import { judgeWithOpenssl } from '../pki-corpus/openssl.ts';
import { judgeWithOurs, type OurWord } from '../pki-corpus/ours.ts';
import { SCHEMES } from '../pki-corpus/signature-schemes.ts';
import { KEY_KINDS } from '../pki-corpus/signing-keys.ts';

const SEED = 5280;
const CHAINS = 2_400;
const GENERATING_LIMIT_MS = 120_000;
const OPENSSL_LIMIT_MS = 240_000;

describe('2,400 generated chains, each with one flaw or none', () => {
  let cases: readonly CorpusCase[] = [];
  let ours: ReadonlyMap<CorpusCase, OurWord> = new Map();

  beforeAll(async () => {
    cases = await generateCorpus(SEED, CHAINS);
    ours = new Map(cases.map((each) => [each, judgeWithOurs(each)]));
  }, GENERATING_LIMIT_MS);

  it('hold every flaw at least five times', () => {
    const counts = new Map(FLAWS.map(({ name }) => [name, 0]));
    for (const { flaw } of cases) counts.set(flaw, (counts.get(flaw) ?? 0) + 1);
    expect(counts.size, 'no two flaws share a name').toBe(FLAWS.length);
    expect([...counts].filter(([, count]) => count < 5)).toEqual([]);
  });

  // What no chain here is signed by, neither judge has been asked about.
  it('are signed in every way that is taken, sound and tampered with', () => {
    const ways = new Set(KEY_KINDS.flatMap((kind) => SCHEMES[kind].map(({ name }) => `${name} by ${kind}`)));
    const sound = cases.filter(({ flaw, deserved }) => flaw.startsWith('none') && deserved === 'accept');
    const tampered = cases.filter(({ flaw }) => /^signature-(bit-flipped|over-other-bytes|by-other-key)/.test(flaw));
    for (const some of [sound, tampered]) {
      const seen = new Set(some.flatMap(({ signedBy }) => [...signedBy]));
      expect([...ways].filter((way) => !seen.has(way))).toEqual([]);
    }
  });

  it('are accepted where they are sound', () => {
    const refused = cases.filter((each) => each.deserved === 'accept' && ours.get(each)?.accepted !== true);
    expect(refused.map(told)).toEqual([]);
  });

  it('are refused where they are not', () => {
    const accepted = cases.filter((each) => each.deserved === 'reject' && ours.get(each)?.accepted !== false);
    expect(accepted.map(told)).toEqual([]);
  });

  it('are never refused for want of a budget', () => {
    const exhausted = cases.filter((each) => ours.get(each)?.text.includes('budget') === true);
    expect(exhausted.map(told)).toEqual([]);
  });

  it(
    'are judged as OpenSSL 3 judges them, unless the difference is explained',
    async () => {
      const words = await judgeWithOpenssl(cases);
      const unexplained = cases.flatMap((each, index) => {
        const word = words[index];
        const accepted = ours.get(each)?.accepted;
        if (word === undefined || accepted === undefined) return [`${each.id}: not judged`];
        if (word.accepted === accepted) return [];
        if (EXPLAINED.get(each.flaw)?.ours === (accepted ? 'accepts' : 'refuses')) return [];
        return [`${told(each)}; OpenSSL: ${word.accepted ? 'accepted' : `${word.error} ${word.text}`}`];
      });
      expect(unexplained).toEqual([]);
    },
    OPENSSL_LIMIT_MS,
  );

  it('have no explanation for a flaw that does not exist, or against what it deserves', () => {
    const deserved = new Map(FLAWS.map((flaw) => [flaw.name, flaw.deserved]));
    const wrong = [...EXPLAINED].filter(([flaw, { ours: word }]) => {
      const earned = deserved.get(flaw);
      return earned === undefined || earned === (word === 'accepts' ? 'reject' : 'accept');
    });
    expect(wrong).toEqual([]);
  });

  function told(each: CorpusCase): string {
    const word = ours.get(each);
    return `${each.id}: ${word?.accepted === true ? 'accepted' : `refused (${word?.text})`}`;
  }
});
