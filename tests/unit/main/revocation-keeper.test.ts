import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rulesFor } from '../../../src/core/agent/certificate-rules.ts';
import { DEFAULT_POLICY } from '../../../src/core/agent/policy.ts';
import type { RunningOut } from '../../../src/core/agent/revocation-warnings.ts';
import type { Offered, RevocationWish } from '../../../src/main/certificates/judge-messages.ts';
import { ClockWatch } from '../../../src/main/revocation/clock-watch.ts';
import type { FetchOutcome, FetchRequest } from '../../../src/main/revocation/fetch-bounded.ts';
import { type KeeperRules, RevocationKeeper } from '../../../src/main/revocation/revocation-keeper.ts';
import { RevocationStore } from '../../../src/main/revocation/revocation-store.ts';

/** With a clock, a network and a judge of the test's own; the store is the real one. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 24);

const crl = (name: string): RevocationWish => ({ kind: 'crl', url: `http://crl.example/${name}` });
const ocsp = (serial: string): RevocationWish => ({
  kind: 'ocsp',
  url: 'http://ocsp.example/',
  key: { issuer: 'aa', serial },
  id: Uint8Array.of(0x30, 0),
});
const RULES: KeeperRules = {
  sources: new Set(['crl', 'ocsp']),
  lists: [],
  fetchIssuers: true,
  fetch: { proxy: 'none', caFile: null, loopback: 'refuse' },
  card: rulesFor(DEFAULT_POLICY, '9A'),
};
const DER = Uint8Array.of(0x30, 0);
const found: FetchOutcome = { ok: true, der: DER };
const unreachable: FetchOutcome = { ok: false, reason: 'unreachable', host: 'crl.example', status: null };

/** Holds for ten hours from now on. */
const holds = (isNew = true): Offered => {
  const thisUpdate = Date.now();
  return { ok: true, thisUpdate, nextUpdate: thisUpdate + 10 * HOUR, isNew, proves: null };
};

let folder = '';
let keepers: RevocationKeeper[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-keeper-'));
  // What reads and writes files goes on in real time.
  vi.useFakeTimers({ now: START, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.stop()));
  keepers = [];
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

class Stage {
  readonly requests: FetchRequest[] = [];
  news = 0;
  readonly runningOut: Array<readonly RunningOut[]> = [];
  /** What the network has. */
  answer: (request: FetchRequest) => Promise<FetchOutcome> = () => Promise.resolve(found);
  /** What the judge says. */
  word: () => Offered | null = () => holds();
  readonly offers: Array<{ what: string; at: number; nonce: boolean }> = [];
  readonly clock = new ClockWatch(
    folder,
    () => undefined,
    () => 0,
  );
  readonly keeper: RevocationKeeper;

  constructor(rules: Partial<KeeperRules> = {}, random = 0) {
    const examined = (what: string, der: Uint8Array, at: number, nonce: boolean) => {
      this.offers.push({ what, at, nonce });
      const offered = this.word();
      return Promise.resolve(offered === null ? null : { offered, der });
    };
    this.keeper = new RevocationKeeper(
      {
        store: new RevocationStore(folder, () => undefined),
        clock: this.clock,
        acceptance: {
          offerList: (url, der, at) => examined(url, der, at, false),
          offerAnswer: ({ serial }, der, nonce, at) => examined(serial, der, at, nonce !== null),
          offerCertificate: (der) => examined('certificate', der, 0, false),
        },
        onNews: () => {
          this.news += 1;
        },
        onRunningOut: (sources) => this.runningOut.push(sources),
        fetch: (request) => {
          this.requests.push(request);
          return this.answer(request);
        },
        random: () => random,
      },
      { ...RULES, ...rules },
    );
    keepers.push(this.keeper);
  }

  /** Wishes, and waits until all that follows from it has been done. */
  async wish(...wishes: readonly RevocationWish[]): Promise<void> {
    this.keeper.wish(wishes);
    await this.settled(wishes);
  }

  async settled(wishes: readonly RevocationWish[]): Promise<void> {
    await this.keeper.settle(wishes, 'disk', HOUR);
    await this.keeper.settle(wishes, 'network', HOUR);
  }

  /** Time goes by, with the timers that are due. */
  async pass(ms: number, wishes: readonly RevocationWish[] = [crl('a')]): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    await this.settled(wishes);
  }

  get faults() {
    return this.keeper.state().map(({ fault }) => fault);
  }
}

/** Time goes by to so long after the start, a minute at a time, so that each attempt is over before the next is due. */
async function inSteps(stage: Stage, sinceStart: number): Promise<void> {
  while (Date.now() < START + sinceStart) await stage.pass(Math.min(MINUTE, START + sinceStart - Date.now()));
}

describe('What is wished for', () => {
  it('is fetched, offered, kept, and told as news', async () => {
    const stage = new Stage();
    await stage.wish(crl('a'), ocsp('01'));
    expect(stage.requests.map(({ wanted }) => wanted.kind).toSorted()).toEqual(['crl', 'ocsp']);
    expect(stage.offers.map(({ what, nonce }) => [what, nonce])).toEqual([
      ['http://crl.example/a', false],
      ['01', true],
    ]);
    expect(stage.news).toBe(2);
    const store = new RevocationStore(folder, () => undefined);
    expect(await store.get('crl', { url: 'http://crl.example/a' })).toMatchObject({ der: DER, fetchedAt: START });
  });

  it('is fetched once while it holds, however often it is wished for', async () => {
    const stage = new Stage();
    for (let times = 0; times < 10; times++) await stage.wish(crl('a'));
    await stage.pass(4 * HOUR);
    expect(stage.requests).toHaveLength(1);
  });

  it('is not fetched where policy does not want that kind', async () => {
    const stage = new Stage({ sources: new Set(['ocsp']), fetchIssuers: false });
    await stage.wish(crl('a'), { kind: 'certificate', url: 'http://ca.example/' });
    expect(stage.requests).toEqual([]);
    stage.keeper.changeRules({ ...RULES, lists: ['http://crl.example/named'] });
    await stage.settled([crl('named')]);
    expect(stage.requests.map(({ url }) => url)).toEqual(['http://crl.example/named']);
  });

  it('is fetched two at a time, and one that fails does not hold up the others', async () => {
    const stage = new Stage();
    const pending: Array<(outcome: FetchOutcome) => void> = [];
    stage.answer = () => new Promise((resolve) => pending.push(resolve));
    const wishes = ['a', 'b', 'c', 'd'].map(crl);
    stage.keeper.wish(wishes);
    await stage.keeper.settle(wishes, 'disk', HOUR);
    expect(stage.requests).toHaveLength(2);
    pending.shift()?.(unreachable);
    await vi.waitFor(() => expect(stage.requests).toHaveLength(3));
    pending.shift()?.(found);
    await vi.waitFor(() => expect(stage.requests).toHaveLength(4));
    for (const resolve of pending) resolve(found);
    await stage.settled(wishes);
    expect(stage.faults).toEqual(['unreachable', null, null, null]);
  });
});

describe('A refresh', () => {
  it.each([
    [0, 5 * HOUR],
    [0.5, 6.25 * HOUR],
    [1, 7.5 * HOUR],
  ])('comes between half and three quarters of the window (chance %f)', async (random, due) => {
    const stage = new Stage({}, random);
    await stage.wish(crl('a'));
    await stage.pass(due - MINUTE);
    expect(stage.requests).toHaveLength(1);
    await stage.pass(2 * MINUTE);
    expect(stage.requests).toHaveLength(2);
  });

  it('tells news only where there is something new', async () => {
    const stage = new Stage();
    await stage.wish(crl('a'));
    stage.word = () => holds(false);
    await stage.pass(6 * HOUR);
    expect(stage.requests).toHaveLength(2);
    expect(stage.news).toBe(1);
    stage.word = () => holds();
    await stage.pass(6 * HOUR);
    expect(stage.news).toBe(2);
  });

  it('that fails is made again at growing distances, and leaves what is there', async () => {
    const stage = new Stage();
    await stage.wish(crl('a'));
    stage.answer = () => Promise.resolve(unreachable);
    await stage.pass(5 * HOUR);
    expect(stage.requests).toHaveLength(2);
    const gaps: number[] = [];
    let last = Date.now();
    while (gaps.length < 5) {
      const before = stage.requests.length;
      await stage.pass(MINUTE);
      if (stage.requests.length === before) continue;
      gaps.push(Math.round((Date.now() - last) / MINUTE));
      last = Date.now();
    }
    expect(gaps).toEqual([1, 2, 4, 8, 16]);
    expect(stage.keeper.state()).toMatchObject([{ fault: 'unreachable', window: { thisUpdate: START } }]);
    expect(stage.news).toBe(1);
  });

  it('that brings what the judge refuses is a failure, and nothing of it is kept', async () => {
    const stage = new Stage();
    stage.word = () => ({ ok: false, why: 'signer-not-trusted' });
    await stage.wish(crl('a'));
    expect(stage.faults).toEqual(['signer-not-trusted']);
    expect(stage.news).toBe(0);
    expect(await new RevocationStore(folder, () => undefined).entries('crl')).toEqual([]);
  });

  it('that the judge does not answer to is a failure of that attempt', async () => {
    const stage = new Stage();
    stage.word = () => null;
    await stage.wish(crl('a'));
    expect(stage.faults).toEqual(['judge-unavailable']);
    stage.word = () => holds();
    await stage.pass(2 * MINUTE);
    expect(stage.faults).toEqual([null]);
  });

  it('that meets a fault of ours costs that attempt and nothing else', async () => {
    const stage = new Stage();
    stage.answer = () => Promise.reject(new Error('a slip'));
    await stage.wish(crl('a'));
    expect(stage.faults).toEqual(['failed']);
    stage.answer = () => Promise.resolve(found);
    await stage.pass(2 * MINUTE);
    expect(stage.faults).toEqual([null]);
  });

  it('is made at once after a wake-up where the last one failed, and not where it did not', async () => {
    const stage = new Stage();
    await stage.wish(crl('a'));
    stage.answer = () => Promise.resolve(unreachable);
    await stage.wish(crl('b'));
    stage.answer = () => Promise.resolve(found);
    stage.keeper.retry();
    await stage.settled([crl('b')]);
    expect(stage.requests.map(({ url }) => url.at(-1))).toEqual(['a', 'b', 'b']);
    expect(stage.faults).toEqual([null, null]);
  });

  it('does not wait for an hour that the clock was turned back over', async () => {
    const stage = new Stage();
    stage.answer = () => Promise.resolve(unreachable);
    await stage.wish(crl('a'));
    vi.setSystemTime(START - 300 * HOUR);
    stage.answer = () => Promise.resolve(found);
    await stage.wish(crl('a'));
    await stage.pass(3 * MINUTE);
    expect(stage.requests).toHaveLength(2);
  });
});

describe('What runs out', () => {
  const ofA: RunningOut = {
    kind: 'crl',
    host: 'crl.example',
    from: START,
    until: START + 10 * HOUR,
    fault: 'unreachable',
  };
  const away = () => Promise.resolve(unreachable);

  it('is told when renewing it has failed until three quarters of its window are over, and only when that changes', async () => {
    const stage = new Stage();
    await stage.wish(crl('a'));
    stage.answer = away;
    await inSteps(stage, 7.4 * HOUR);
    expect(stage.runningOut).toEqual([]);
    await inSteps(stage, 9.9 * HOUR);
    expect(stage.runningOut).toEqual([[ofA]]);
    expect(stage.keeper.state()).toMatchObject([{ until: START + 10 * HOUR, late: true }]);
    await inSteps(stage, 11 * HOUR);
    expect(stage.runningOut).toEqual([[ofA], []]);
  });

  it('is told no more when fetching works again, be it newer or not', async () => {
    const stage = new Stage();
    await stage.wish(crl('a'));
    stage.answer = away;
    await inSteps(stage, 9 * HOUR);
    stage.answer = () => Promise.resolve(found);
    stage.word = () => ({ ok: true, thisUpdate: START, nextUpdate: START + 10 * HOUR, isNew: false, proves: null });
    await inSteps(stage, 9.9 * HOUR);
    expect(stage.runningOut).toEqual([[ofA], []]);
  });

  it('is not told for a trouble that is over within five minutes, and goes by how long it lasts, not by wake-ups', async () => {
    const stage = new Stage();
    await stage.wish(crl('a'));
    stage.answer = away;
    vi.setSystemTime(START + 8 * HOUR);
    stage.keeper.retry();
    await stage.wish(crl('a'));
    await inSteps(stage, 8 * HOUR + 4 * MINUTE);
    expect(stage.requests.length).toBeGreaterThan(2);
    expect(stage.runningOut).toEqual([]);
    stage.keeper.retry();
    await stage.settled([crl('a')]);
    await inSteps(stage, 8 * HOUR + 6 * MINUTE);
    expect(stage.runningOut).toEqual([[ofA]]);
    expect(stage.keeper.state()).toMatchObject([{ failingSince: START + 8 * HOUR }]);
  });

  it('is not told of certificates, nor of what policy does not want', async () => {
    const stage = new Stage();
    await stage.wish({ kind: 'certificate', url: 'http://ca.example/' }, crl('a'));
    stage.keeper.changeRules({ ...RULES, sources: new Set() });
    stage.answer = away;
    await inSteps(stage, 9.9 * HOUR);
    expect(stage.runningOut).toEqual([]);
  });
});

describe('What is over', () => {
  const away = () => Promise.resolve(unreachable);
  /** The longest time between two attempts, in minutes. */
  const longestGap = async (stage: Stage, hours: number) => {
    const times: number[] = [];
    const { answer } = stage;
    stage.answer = (request) => {
      times.push(Date.now());
      return answer(request);
    };
    await inSteps(stage, Date.now() - START + hours * HOUR);
    return Math.max(...times.slice(1).map((at, n) => at - (times[n] ?? 0))) / MINUTE;
  };

  it('is asked for again every two minutes at the least, from the moment it is over, while nobody is reached', async () => {
    const stage = new Stage({}, 1);
    await stage.wish(crl('a'));
    stage.answer = away;
    await inSteps(stage, 10 * HOUR);
    stage.requests.length = 0;
    await inSteps(stage, 10 * HOUR + 2 * MINUTE);
    expect(stage.requests.length).toBeGreaterThan(0);
    expect(await longestGap(stage, 3)).toBeLessThanOrEqual(3);
    stage.answer = () => Promise.resolve(found);
    const before = stage.news;
    await inSteps(stage, Date.now() - START + 2 * MINUTE);
    expect(stage.news).toBe(before + 1);
    stage.requests.length = 0;
    await inSteps(stage, Date.now() - START + 2 * HOUR);
    expect(stage.requests).toEqual([]);
  });

  it('is asked for again as soon where it was over already when the agent was started', async () => {
    const before = new Stage();
    await before.wish(crl('a'));
    await before.keeper.stop();
    vi.setSystemTime(START + 50 * HOUR);
    const stage = new Stage();
    stage.word = () => ({ ok: false, why: 'over', proves: null });
    stage.answer = away;
    await stage.keeper.start();
    await stage.wish(crl('a'));
    expect(await longestGap(stage, 3)).toBeLessThanOrEqual(3);
  });

  it('is not fetched that often from a server that has nothing better', async () => {
    const stage = new Stage();
    stage.word = () => ({ ok: true, thisUpdate: START - DAY, nextUpdate: START - HOUR, isNew: false, proves: null });
    await stage.wish(crl('a'));
    // It is of use while there is a grace, but it is not what was asked for.
    expect(stage.keeper.state()).toMatchObject([{ fault: 'over', failures: 1, until: START - HOUR }]);
    expect(await longestGap(stage, 6)).toBeGreaterThan(30);
    expect(stage.runningOut).toEqual([]);
  });

  it('does not make that urgent what nobody ever had', async () => {
    const stage = new Stage();
    stage.answer = away;
    await stage.wish(crl('a'));
    expect(await longestGap(stage, 6)).toBeGreaterThan(30);
  });
});

describe('What is on disk', () => {
  const kept = async () => {
    const before = new Stage();
    await before.wish(crl('a'), ocsp('01'));
    await before.keeper.stop();
  };

  it('is verified, and enough while it holds', async () => {
    await kept();
    const stage = new Stage();
    stage.word = () => ({ ok: true, thisUpdate: START, nextUpdate: START + 10 * HOUR, isNew: true, proves: null });
    await stage.keeper.start();
    expect(stage.offers).toMatchObject([{ what: 'http://crl.example/a' }]);
    await stage.wish(ocsp('01'), crl('a'));
    expect(stage.offers).toMatchObject([{ what: 'http://crl.example/a' }, { what: '01', nonce: false }]);
    expect(stage.requests).toEqual([]);
    expect(stage.news).toBe(2);
  });

  it('is refreshed in time although nobody has asked for it yet', async () => {
    await kept();
    const stage = new Stage();
    await stage.keeper.start();
    await stage.pass(6 * HOUR);
    expect(stage.requests.map(({ wanted }) => wanted.kind)).toEqual(['crl']);
  });

  it('whose signer is not met yet waits for the card, and is not fetched for nobody', async () => {
    await kept();
    const stage = new Stage();
    stage.word = () => ({ ok: false, why: 'signer-not-trusted' });
    await stage.keeper.start();
    await stage.pass(6 * HOUR);
    expect(stage.requests).toEqual([]);
    stage.word = () => ({ ok: true, thisUpdate: START, nextUpdate: START + 20 * HOUR, isNew: true, proves: null });
    await stage.wish(crl('a'));
    expect(stage.requests).toEqual([]);
    expect(stage.news).toBe(1);
  });

  it('is offered again where the judge has forgotten all, without the network', async () => {
    const stage = new Stage();
    await stage.wish(crl('a'), ocsp('01'));
    stage.requests.length = 0;
    stage.offers.length = 0;
    stage.keeper.forgotten();
    await stage.keeper.start();
    // The judge does not know what an answer is about before it has judged the card again.
    expect(stage.offers.map(({ what }) => what)).toEqual(['http://crl.example/a']);
    await stage.wish(crl('a'), ocsp('01'));
    expect(stage.offers.map(({ what }) => what)).toEqual(['http://crl.example/a', '01']);
    expect(stage.requests).toEqual([]);
  });

  it('is not waited for behind fetches that hang', async () => {
    await kept();
    const stage = new Stage();
    stage.answer = () => new Promise(() => undefined);
    const hanging = ['x', 'y', 'z'].map(crl);
    stage.keeper.wish(hanging);
    await stage.keeper.settle(hanging, 'disk', HOUR);
    stage.keeper.wish([ocsp('01')]);
    expect(await stage.keeper.settle([ocsp('01')], 'disk', HOUR)).toBe(true);
    expect(stage.offers).toMatchObject([{ what: '01' }]);
    keepers = [];
  });
});

describe('A time that is learnt', () => {
  it('from a list that is told for later puts the clock right, and the list is offered at that time', async () => {
    const stage = new Stage();
    const later = START + 48 * HOUR;
    stage.word = () =>
      stage.offers.length === 1
        ? { ok: false, why: 'not-yet', thisUpdate: later }
        : { ok: true, thisUpdate: later, nextUpdate: later + HOUR, isNew: true, proves: null };
    await stage.wish(crl('a'));
    expect(stage.offers.map(({ at }) => at)).toEqual([START, later]);
    expect(stage.clock.turnedBack(Date.now())).toEqual({ by: 48 * HOUR });
  });

  it('from an answer to our question takes a mark back that was too far ahead', async () => {
    const stage = new Stage();
    stage.clock.seen(START + 48 * HOUR);
    stage.word = () =>
      stage.offers.length === 1
        ? { ok: false, why: 'over', proves: START }
        : { ok: true, thisUpdate: START, nextUpdate: START + HOUR, isNew: true, proves: START };
    await stage.wish(ocsp('01'));
    expect(stage.offers.map(({ at }) => at)).toEqual([START + 48 * HOUR, START]);
    expect(stage.clock.turnedBack(Date.now())).toBeNull();
  });

  it('from nothing else', async () => {
    const stage = new Stage();
    stage.clock.seen(START + 48 * HOUR);
    stage.word = () => ({ ok: false, why: 'over', proves: null });
    await stage.wish(crl('a'));
    expect(stage.offers).toHaveLength(1);
    expect(stage.clock.turnedBack(Date.now())).toEqual({ by: 48 * HOUR });
  });
});

describe('The end', () => {
  it('stops what is under way, and nothing is begun any more', async () => {
    const stage = new Stage();
    stage.answer = ({ signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve({ ok: false, reason: 'aborted', host: null, status: null }));
      });
    const wishes = ['a', 'b', 'c'].map(crl);
    stage.keeper.wish(wishes);
    await stage.keeper.settle(wishes, 'disk', HOUR);
    await stage.keeper.stop();
    expect(stage.requests).toHaveLength(2);
    stage.keeper.wish([crl('d')]);
    stage.keeper.retry();
    await stage.pass(9 * HOUR, []);
    expect(stage.requests).toHaveLength(2);
  });
});
