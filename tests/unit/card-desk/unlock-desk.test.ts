import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KeptJourney } from '../../../src/core/card-desk/kept-journey.ts';
import { ViewCommandSchema } from '../../../src/core/contract/view.ts';
import { MOST_KEPT } from '../../../src/main/card-desk/journey-file.ts';
import type { UnlockDesk } from '../../../src/main/card-desk/unlock-desk.ts';
import { PROFILE_NAMES, type ProfileName } from '../../../src/simulator/card/profiles.ts';
import { TEST_PUK } from '../../../src/simulator/pki/issue-card.ts';
import { type Alter, AlteredClient, type AnyAsk } from '../../crash/altered-client.ts';
import { HostileDesk } from '../../crash/hostile-desk.ts';
import { CrashDesk, UnlockScene } from '../../crash/unlock-scene.ts';

/** The agent's unlocks, with a card and a desk in earnest: several at a time, and with a desk or a network that means harm. */

let desk: CrashDesk;
let scene: UnlockScene;
beforeAll(async () => {
  desk = await CrashDesk.open();
}, 60_000);
afterAll(() => desk.close());
afterEach(() => scene.end());

const ascii = (text: string) => Uint8Array.from(Buffer.from(text));
const RESET = 0x2c;
const CHANGE = 0x24;
const PASSCODE = '864219';
const notHeard = { kind: 'not-reached', reason: 'timed-out', sent: true } as const;
const resultOf = (asked: AnyAsk) => v.parse(v.object({ result: v.string() }), asked.body).result;
const unlockOf = (asked: AnyAsk) => v.parse(v.object({ unlock: v.string() }), asked.parameters).unlock;

async function blockedCard(profile: ProfileName = 'applet-p'): Promise<void> {
  scene = await UnlockScene.set(desk, profile, { way: 'assisted' });
  await until(() => scene.reader.find(scene.reader.cardId)?.pin?.state === 'blocked');
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 8_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`never: ${holds.toString()}`);
    await scene.next();
  }
}

/** Somebody presses "try again" as long as it is there. */
const tryAgainUntil = (agent: UnlockDesk, holds: () => boolean) =>
  until(() => {
    if (!holds() && agent.view()?.problem !== null) agent.retry(scene.reader.cardId);
    return holds();
  });

const agentWith = (alter: Alter, patienceMs = 5_000) =>
  scene.agentWith({ client: (policy) => new AlteredClient(policy, alter), patienceMs });
const start = (agent: UnlockDesk) => agent.start('R', scene.reader.cardId, 'assisted');
const stepOf = (agent: UnlockDesk) => agent.view()?.step ?? 'none';

/** Begins an unlock that the RA has authorised, up to the passcode. */
async function upToPasscode(agent: UnlockDesk): Promise<void> {
  expect(start(agent)).toBeNull();
  await until(() => stepOf(agent) === 'passcode');
}

function choose(agent: UnlockDesk, passcode = PASSCODE): void {
  scene.chosen.push(passcode);
  expect(agent.passcode(scene.reader.cardId, ascii(passcode))).toBeNull();
}

describe('what came late of an unlock that was left', () => {
  it('is nothing to the next one: what was done to the card is told', async () => {
    await blockedCard();
    const held = Promise.withResolvers<typeof notHeard>();
    let proofs = 0;
    let isHeld = false;
    const reports: string[] = [];
    const agent = agentWith(async (name, asked, go) => {
      if (name === 'proveCard' && ++proofs === 1) return notHeard;
      if (name === 'report' && !isHeld) {
        isHeld = true;
        return await held.promise;
      }
      if (name === 'report') reports.push(resultOf(asked));
      return await go();
    }, 20);
    await upToPasscode(agent);
    choose(agent, '864226');
    await until(() => agent.view()?.network === 'lost');
    agent.retry(scene.reader.cardId);
    await until(() => isHeld);
    expect(agent.cancel(scene.reader.cardId)).toBeNull();
    await scene.authorise();
    await upToPasscode(agent);
    scene.reader.onApdu = (moment, command) => {
      if (moment === 'before' && command[1] === RESET) held.resolve(notHeard);
      return 'pass';
    };
    choose(agent);
    await until(() => stepOf(agent) === 'done');
    expect(reports[0]).toBe('changed');
    expect(await scene.judge(null)).toMatchObject({ ok: true, pukTriesSpent: 0 });
  });
});

describe('a disk on which nothing can be written', () => {
  it('leaves the card untouched, and the user told', async () => {
    await blockedCard();
    await scene.authorise();
    const reports: string[] = [];
    const agent = agentWith(async (name, asked, go) => {
      if (name === 'report') reports.push(resultOf(asked));
      return await go();
    });
    await upToPasscode(agent);
    const touched: number[] = [];
    scene.reader.onApdu = (moment, command) => {
      if (moment === 'before' && (command[1] === RESET || command[1] === CHANGE)) touched.push(command[1]);
      return 'pass';
    };
    scene.fillDisk();
    choose(agent);
    await until(() => agent.view()?.problem === 'Unlock_NotKept');
    expect([touched, reports]).toEqual([[], ['untouched']]);
    scene.freeDisk();
    await tryAgainUntil(agent, () => stepOf(agent) === 'done');
    expect(await scene.judge(null)).toMatchObject({ ok: true, pukTriesSpent: 0 });
  });
});

describe('a file that is older than what was done to the card', () => {
  it.each([1, 2, 3])('costs no card, and one try at most: %i writes were lost', async (lost) => {
    await blockedCard();
    scene.reader.onApdu = (moment, command) => {
      if (moment !== 'after' || command[1] !== CHANGE || scene.agentIsDead) return 'pass';
      scene.reader.onApdu = () => 'pass';
      scene.killAgent(lost);
      return 'silence';
    };
    const verdict = await scene.judge(await scene.unlock());
    expect(verdict.why).toEqual([]);
    expect(verdict.pukTriesSpent).toBeLessThanOrEqual(1);
  });
});

describe('a desk that means harm', () => {
  it.each(PROFILE_NAMES.flatMap((profile) => (['replace', 'probe'] as const).map((mode) => [profile, mode] as const)))(
    'has two tries at most for all that one unlock may ask: %s, %s',
    async (profile, mode) => {
      await blockedCard(profile);
      const hostile = new HostileDesk(mode);
      const agent = agentWith(hostile.alter);
      const tries = () => scene.reader.card.snapshot().puk.triesLeft;
      const before = tries();
      await upToPasscode(agent);
      choose(agent);
      await until(() => agent.view()?.problem === (mode === 'replace' ? 'Unlock_PukRefused' : 'Desk_NotUnderstood'));
      expect(tries()).toBe(before - 1);
      await tryAgainUntil(agent, () => stepOf(agent) === 'failed');
      expect(agent.view()).toMatchObject({ step: 'failed', truth: 'blocked' });
      expect(tries()).toBeGreaterThanOrEqual(before - 2);
    },
  );

  it.each(PROFILE_NAMES)('does not get the last try, however often somebody begins: %s', async (profile) => {
    await blockedCard(profile);
    scene.reader.hideTries();
    const agent = agentWith(new HostileDesk('replace').alter);
    for (let i = 0; i < 4; i++) {
      await upToPasscode(agent);
      choose(agent);
      await until(() => stepOf(agent) === 'failed');
    }
    expect(agent.view()?.problem).toBe('Unlock_PukLastTry');
    expect(scene.reader.card.snapshot().puk.triesLeft).toBeGreaterThanOrEqual(1);
  });

  it.each(['change', 'replace'] as const)(
    'does not make a blocked card look unlocked, nor keep the agent busy, by a box that does not open: %s',
    async (mode) => {
      await blockedCard();
      const hostile = new HostileDesk(mode, false);
      const agent = agentWith(hostile.alter);
      await upToPasscode(agent);
      choose(agent);
      await until(() => scene.kept()?.[0]?.attempt?.settled === true);
      expect(agent.view()).toMatchObject({ step: 'working', truth: 'blocked', problem: 'Desk_NotUnderstood' });
      expect([hostile.proofs, hostile.reports]).toEqual([1, ['untouched']]);
    },
  );
});

describe('what an unlock owes the desk', () => {
  it('is told although another unlock has begun, and before that one is given anything', async () => {
    await blockedCard();
    await scene.authorise();
    const order: string[] = [];
    let isDown = true;
    const agent = agentWith(async (name, asked, go) => {
      if (name === 'report' && isDown) return { kind: 'not-reached', reason: 'unreachable', sent: false };
      if (name === 'report') order.push(`${resultOf(asked)} ${unlockOf(asked)}`);
      if (name === 'proveCard') order.push(`proof ${unlockOf(asked)}`);
      return await go();
    });
    await upToPasscode(agent);
    choose(agent);
    await until(() => stepOf(agent) === 'done' && agent.view()?.network === 'lost');
    await scene.block();
    await until(() => scene.reader.find(scene.reader.cardId)?.pin?.state === 'blocked');
    await scene.authorise();
    await upToPasscode(agent);
    expect(scene.kept()).toMatchObject([
      { attempt: { result: 'changed', settled: false }, left: true },
      { attempt: null },
    ]);
    isDown = false;
    choose(agent, '864226');
    await until(() => stepOf(agent) === 'done' && agent.view()?.network === 'fine');
    const [first, second] = [order[0]?.slice(6), order.at(-1)?.slice(8)];
    expect(order).toEqual([`proof ${first}`, `changed ${first}`, `proof ${second}`, `changed ${second}`]);
    expect(scene.kept()).toEqual([]);
    expect(await scene.judge(null)).toMatchObject({ ok: true, pukTriesSpent: 0 });
  });

  it('is that its proof released nothing that was used, however often it is left', async () => {
    await blockedCard();
    let times = 0;
    const agent: UnlockDesk = agentWith(async (name, _, go) => {
      const reply = await go();
      if (name === 'proveCard' && reply.kind === 'done' && times++ < 4) agent.cancel(scene.reader.cardId);
      return reply;
    });
    for (let i = 0; i < 5; i++) {
      await scene.authorise();
      await upToPasscode(agent);
      choose(agent);
      await until(() => stepOf(agent) === 'none' || stepOf(agent) === 'done');
    }
    expect(stepOf(agent)).toBe('done');
    expect(await scene.judge(null)).toMatchObject({ ok: true, pukTriesSpent: 0 });
  });

  it('is nothing when it was left before its card was shown: nothing more is asked for it', async () => {
    await blockedCard();
    await scene.authorise();
    const asked: string[] = [];
    const left = Promise.withResolvers<void>();
    const agent: UnlockDesk = agentWith(async (name, _, go) => {
      asked.push(name);
      if (name === 'challenge') {
        expect(agent.cancel(scene.reader.cardId)).toBeNull();
        left.resolve();
      }
      return await go();
    });
    await upToPasscode(agent);
    choose(agent);
    await left.promise;
    await until(() => scene.kept()?.length === 0);
    expect(asked).toEqual(['joinUnlock', 'challenge']);
  });

  it('is told to no other desk', async () => {
    await blockedCard();
    await scene.authorise();
    const asked: string[] = [];
    const told = (name: string) => `${name} at ${new URL(scene.policy.desk.address ?? '').port}`;
    let isDown = true;
    const agent = agentWith(async (name, _, go) => {
      asked.push(told(name));
      return isDown && name === 'report' ? { kind: 'not-reached', reason: 'unreachable', sent: false } : await go();
    });
    await upToPasscode(agent);
    choose(agent);
    await until(() => stepOf(agent) === 'done');
    const { policy } = scene;
    asked.length = 0;
    isDown = false;
    scene.policy = { ...policy, desk: { ...policy.desk, address: 'http://127.0.0.1:9' } };
    agent.retry(scene.reader.cardId);
    await until(() => agent.view()?.retryAt !== null);
    expect(asked).toEqual([]);
    scene.policy = policy;
    agent.retry(scene.reader.cardId);
    await until(() => agent.view()?.network === 'fine');
    expect(asked).toEqual([told('report')]);
  });

  it('is kept for a few cards, and dropped for the oldest of more', async () => {
    await blockedCard();
    const kept = (i: number): KeptJourney => ({
      cardId: i.toString(16).padStart(32, '0'),
      reader: 'R',
      way: 'assisted',
      ticket: {
        unlock: '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a001',
        token: 't'.repeat(43),
        origin: 'https://elsewhere.example',
      },
      expiresAt: Date.now(),
      chosen: false,
      attempt: null,
      released: 0,
      unseen: true,
      wrongs: 0,
      pukTries: null,
      left: i > 1,
    });
    const all = Array.from({ length: MOST_KEPT }, (_, i) => kept(i + 1));
    const written: string[][] = [];
    let reads = 0;
    const file = {
      // The first time it cannot be read.
      read: () => (reads++ === 0 ? null : all),
      write: (now: readonly KeptJourney[]) => written.push(now.map(({ cardId }) => cardId)) > 0,
    };
    const agent = scene.agentWith({ file });
    expect([agent.view(), written]).toEqual([null, []]);
    await upToPasscode(agent);
    const names = all.map(({ cardId }) => cardId);
    expect(written.at(-1)).toEqual([...names.slice(2), names[0], scene.reader.cardId]);
  });
});

describe('a card that is at work', () => {
  it('is left to the unlock that has it', async () => {
    await blockedCard();
    await scene.authorise();
    const agent = agentWith((_name, _asked, go) => go());
    await upToPasscode(agent);
    const refusals: unknown[] = [];
    scene.reader.onApdu = (moment, command) => {
      if (command[1] === RESET) refusals.push(start(agent));
      // Then it is looked at, which it does not like either.
      return moment === 'after' && command[1] === RESET ? 'cut' : 'pass';
    };
    choose(agent);
    await until(() => stepOf(agent) === 'done');
    expect(refusals).toEqual(['Attempt_InProgress', 'Attempt_InProgress']);
    expect(scene.reader.card.snapshot().puk.value).toBe(Buffer.from(TEST_PUK).toString('hex'));
    expect(await scene.judge(null)).toMatchObject({ ok: true });
  });
});

describe('what is asked for one card', () => {
  const OTHER = 'f'.repeat(32);

  it('is done for no other, and what was typed for it is overwritten', async () => {
    await blockedCard();
    const agent = agentWith((_name, _asked, go) => go());
    const typed = () => ascii('123456');
    expect([agent.retry(OTHER), agent.cancel(OTHER), agent.code(OTHER, typed())]).toEqual(Array(3).fill('Unlock_None'));
    await upToPasscode(agent);
    for (const give of ['address', 'code', 'passcode'] as const) {
      const secret = ascii(PASSCODE);
      expect(agent[give](OTHER, secret)).toBe('Card_Changed');
      expect(secret.every((octet) => octet === 0)).toBe(true);
    }
    expect([agent.retry(OTHER), agent.cancel(OTHER)]).toEqual(['Card_Changed', 'Card_Changed']);
    expect(stepOf(agent)).toBe('passcode');
  });

  it.each(['unlock-address', 'unlock-code', 'unlock-passcode', 'unlock-cancel', 'unlock-retry'])(
    'names it: %s',
    (command) => {
      expect(v.is(ViewCommandSchema, { command })).toBe(false);
      expect(v.is(ViewCommandSchema, { command, cardId: OTHER })).toBe(true);
    },
  );
});
