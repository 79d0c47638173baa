import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issueCardState, TEST_PIN, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { makeUserFolders, type UserFolders, wardkey } from '../rig/agent-process.ts';
import { type Desktop, startDesktop } from '../rig/logind.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';

/** `wardkey` as people and scripts meet it, without a running agent, on a real pcscd. */

let pcscd: Pcscd;
let player: CardPlayer;
let reader: PlayedReader;
let user: UserFolders;

beforeAll(async () => {
  [pcscd, player] = await Promise.all([startPcscd(), CardPlayer.start()]);
  reader = player.reader(pcscd.ports[0]);
});
afterAll(async () => {
  await player?.stop();
  await pcscd?.stop();
});
beforeEach(() => {
  user = makeUserFolders();
});
afterEach(async () => {
  await reader.pull();
  user.remove();
});

const run = (args: readonly string[], input = '') => wardkey(args, { user, env: pcscd.env, input });
const json = (out: string): unknown => JSON.parse(out);

/** One line on standard error: the sentence, what to do, and the code. */
const errorLine = (code: string) => new RegExp(`^wardkey: [^\\n]+ \\[${code}\\]\\n$`);

describe('wardkey card', () => {
  it('tells the whole card and costs no try', async () => {
    await reader.insert(await issueCardState({ keys: 'p256' }));
    const { code, out } = await run(['card', '--json']);
    expect(code).toBe(0);
    expect(json(out)).toMatchObject({
      service: 'running',
      readers: [
        {
          reader: pcscd.readerNames[0],
          phase: 'awaiting-passcode',
          card: {
            triesLeft: 3,
            trouble: null,
            certificates: [{ slot: '9A' }, { slot: '9C' }, { slot: '9D' }, { slot: '9E' }],
          },
          pin: { state: 'unverified', triesLeft: 3 },
          verdicts: { '9A': { verdict: { verdict: 'accepted', revocation: { state: 'unknown' } } } },
        },
        { phase: 'empty' },
      ],
    });
    expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
  });

  it.each([
    ['no card', ['card'], 5, 'Card_None'],
    ['no such reader', ['card', '--reader', 'Nobody'], 4, 'Reader_Unknown'],
  ])('says so when there is %s', async (_, args, exit, code) => {
    const { code: exited, err } = await run(args);
    expect(exited).toBe(exit);
    expect(err).toMatch(errorLine(code));
  });

  it('says that the service is not running', async () => {
    const { code, err } = await wardkey(['card'], {
      user,
      env: { PCSCLITE_CSOCK_NAME: join(user.folder, 'no-socket') },
    });
    expect(code).toBe(3);
    expect(err).toMatch(errorLine('Service_Absent'));
  });

  it('tells a card that does not answer, and one that is no PIV card, apart', async () => {
    await reader.insert(await issueCardState({ keys: 'p256' }), {
      faults: [{ kind: 'status', statusWord: 0x6a82, at: { ins: 0xa4 }, times: 'always' }],
    });
    expect(json((await run(['card', '--json'])).out)).toMatchObject({
      readers: [{ phase: 'unsupported', card: { trouble: 'Card_Unsupported' } }, {}],
    });
    await reader.pull();
    await reader.insert(await issueCardState({ keys: 'p256' }), { faults: [{ kind: 'no-atr' }] });
    expect(json((await run(['card', '--json'])).out)).toMatchObject({ readers: [{ phase: 'mute' }, {}] });
  });
});

describe('wardkey pin', () => {
  it('verifies, changes and unblocks, with secrets on standard input', async () => {
    await reader.insert(await issueCardState({ keys: 'p256' }));
    expect(await run(['pin', 'verify'], TEST_PIN)).toMatchObject({ code: 0, out: 'The passcode is right.\n' });
    expect(await run(['pin', 'change'], `${TEST_PIN}\n739164\n`)).toMatchObject({ code: 0 });
    expect(await run(['pin', 'verify'], '739164\n')).toMatchObject({ code: 0 });
    expect((await run(['pin', 'verify'], TEST_PIN)).code).toBe(6);
    expect((await run(['pin', 'verify'], TEST_PIN)).code).toBe(6);
    expect((await run(['pin', 'verify'], TEST_PIN)).code).toBe(8);
    expect((await run(['pin', 'verify', '--last-try'], TEST_PIN)).code).toBe(7);
    const blocked = await run(['pin', 'verify'], '739164');
    expect(blocked.code).toBe(7);
    expect(blocked.err).toMatch(errorLine('Passcode_Blocked'));
    const guarded = await run(['pin', 'unblock'], `${TEST_PUK}\n518273\n`);
    expect(guarded.code).toBe(8);
    expect(guarded.err).toMatch(errorLine('Card_TriesUnknown'));
    expect(await run(['pin', 'unblock', '--last-try'], `${TEST_PUK}\n518273\n`)).toMatchObject({ code: 0 });
    expect(await run(['pin', 'verify'], '518273')).toMatchObject({ code: 0 });
  });

  it.each([
    ['a passcode that cannot be one', 'verify', '12\n', 6, 'Passcode_NotAccepted'],
    ['a new passcode that is too simple', 'change', `${TEST_PIN}\n123456\n`, 6, 'Passcode_TooSimple'],
    ['a new passcode that is too short', 'change', `${TEST_PIN}\n12345\n`, 6, 'Passcode_TooShort'],
    ['a new passcode that is the old one', 'change', `${TEST_PIN}\n${TEST_PIN}\n`, 6, 'Passcode_SameAsOld'],
    ['an empty present passcode', 'change', '\n739164\n', 6, 'Passcode_NotAccepted'],
    ['an empty PUK', 'unblock', '\n739164\n', 6, 'Passcode_NotAccepted'],
    ['no passcode', 'verify', '', 2, 'Passcode_Missing'],
    ['half of what a change needs', 'change', `${TEST_PIN}\n`, 2, 'Passcode_Missing'],
    ['more than any passcode', 'verify', 'x'.repeat(100_000), 2, 'Passcode_Missing'],
  ])('refuses %s before the card is asked', async (_, kind, input, exit, code) => {
    await reader.insert(await issueCardState({ keys: 'p256' }));
    const result = await run(['pin', kind], input);
    expect(result.code).toBe(exit);
    expect(result.err).toMatch(errorLine(code));
    expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
  });

  it('never says what was typed', async () => {
    await reader.insert(await issueCardState({ keys: 'p256' }));
    for (const args of [
      ['pin', 'verify'],
      ['pin', 'verify', '--json'],
    ]) {
      const { out, err } = await run(args, '97531864');
      expect(out + err).not.toContain('97531864');
    }
  });
});

describe('wardkey watch', () => {
  it('prints one line an event, and ends when interrupted', async () => {
    const child = spawn(process.execPath, ['out/wardkey.js', 'watch', '--json'], {
      env: { PATH: process.env.PATH, ...user.env, ...pcscd.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const until = async (event: string) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`ended before ${event}`);
        const line = JSON.parse(value) as { event: string };
        if (line.event === event) return line;
      }
    };
    await until('surveyed');
    await reader.insert(await issueCardState({ keys: 'p256' }));
    expect(await until('inserted')).toMatchObject({ reader: pcscd.readerNames[0], atr: expect.stringMatching(/^3b/) });
    await reader.pull();
    expect(await until('removed')).toMatchObject({ cause: 'card-pulled' });
    child.kill('SIGINT');
    const exited = await new Promise((resolve) => child.once('exit', resolve));
    expect(exited).toBe(0);
  });
});

describe('wardkey lock', () => {
  it('says loudly that nothing locked where there is no desktop', async () => {
    const { code, err } = await run(['lock']);
    expect(code).toBe(10);
    expect(err).toMatch(errorLine('Lock_Failed'));
  });

  it('exits 0 only when the desktop is really locked', async () => {
    const desktop: Desktop = await startDesktop();
    try {
      const { code, out } = await wardkey(['lock', '--json'], { user, env: desktop.env });
      expect(code).toBe(0);
      expect(json(out)).toMatchObject({ ok: true, attempts: [{ result: 'confirmed' }] });
      await desktop.untilReallyLocked(true);
    } finally {
      await desktop.stop();
    }
  });
});

describe('wardkey doctor', () => {
  it('finds each trouble, with its fix', async () => {
    await reader.insert(
      await issueCardState({ keys: 'p256', validity: { notBefore: new Date(0), notAfter: new Date(86_400_000) } }),
    );
    const { code, out } = await run(['doctor', '--json']);
    expect(code).toBe(1);
    const { findings } = json(out) as {
      findings: Array<{ check: string; state: string; code: string | null; fix: string | null }>;
    };
    expect(findings.map(({ check, state }) => `${check} ${state}`)).toEqual([
      'service ok',
      'driver ok',
      'reader ok',
      'card ok',
      'passcode ok',
      'certificate failed',
      'trust not-checked',
      'revocation not-checked',
      'clock ok',
      'network not-checked',
      'policy ok',
      'settings ok',
      'lock failed',
      'agent warning',
    ]);
    for (const { state, fix } of findings) expect(fix === null).toBe(state === 'ok' || state === 'not-checked');
  });

  it('looks for the names of the organisation and calls its card desk, and goes on where they are not there', async () => {
    user.writePolicy({
      desk: { address: 'https://desk.invalid', proxy: 'none' },
      organisation: { pages: { renew: 'https://cards.invalid/renew', leaving: 'https://cards.invalid/leaving' } },
    });
    const { out } = await run(['doctor', '--json', '--policy', user.policyFile]);
    const { findings } = json(out) as { findings: Array<{ check: string }> };
    expect(findings.find(({ check }) => check === 'network')).toMatchObject({
      state: 'warning',
      code: 'Network_NameNotFound',
      detail: 'cards.invalid, desk.invalid',
    });
    expect(findings.find(({ check }) => check === 'desk')).toMatchObject({
      state: 'warning',
      code: 'Desk_NotReached',
      detail: 'desk.invalid',
    });
    expect(findings.at(-1)).toMatchObject({ check: 'agent', code: 'Agent_NotRunning' });
  });
});

describe('wardkey policy', () => {
  it('checks a file before it is rolled out', async () => {
    const file = join(user.folder, 'new.json');
    writeFileSync(file, '{"removal": {"resume": {"action": "lokc"}}}');
    const broken = await run(['policy', 'check', file]);
    expect(broken.code).toBe(12);
    expect(broken.err).toMatch(errorLine('Policy_Invalid'));
    expect(broken.err).toContain('removal.resume.action');
    writeFileSync(file, '{"removal": {"resume": {"action": "nothing"}}}');
    expect(await run(['policy', 'check', file])).toMatchObject({ code: 0, out: expect.stringContaining('stays open') });
    expect((await run(['policy', 'check', join(user.folder, 'none.json')])).code).toBe(12);
  });
});

describe('a command that cannot be', () => {
  it.each([[['fly']], [['card', '--wings']], [['pin', 'guess']], [['policy', 'check']], [[]]])(
    '%j: exit 2',
    async (args) => {
      expect((await run(args)).code).toBe(2);
    },
  );
});
