import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callAgent } from '../../src/main/control/control-client.ts';
import { issueCardState, TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { AgentProcess, makeUserFolders, type UserFolders, wardkey } from '../rig/agent-process.ts';
import { type Desktop, startDesktop } from '../rig/logind.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';

/** From card reader to locked desktop: a real pcscd, a real logind, a real locker, and the agent as it ships. */

let pcscd: Pcscd;
let desktop: Desktop;
let player: CardPlayer;
let reader: PlayedReader;
let other: PlayedReader;
let user: UserFolders;
let agent: AgentProcess;

beforeAll(async () => {
  [pcscd, desktop, player] = await Promise.all([startPcscd(), startDesktop(), CardPlayer.start()]);
  reader = player.reader(pcscd.ports[0]);
  other = player.reader(pcscd.ports[1]);
});
afterAll(async () => {
  await player?.stop();
  await desktop?.stop();
  await pcscd?.stop();
});

const env = () => ({ ...pcscd.env, ...desktop.env });

async function start(policy: unknown = {}) {
  user = makeUserFolders(policy);
  agent = new AgentProcess(user, env());
  await agent.phase('no-card');
}

async function verify(pin: string, ...flags: string[]) {
  return wardkey(['pin', 'verify', '--json', ...flags], { user, env: env(), input: `${pin}\n` });
}

async function signIn(state: Awaited<ReturnType<typeof issueCardState>>, name = pcscd.readerNames[0]) {
  const from = agent.mark;
  await reader.insert(state);
  await agent.phase('awaiting-passcode', from);
  expect(await verify(TEST_PIN, '--reader', name)).toMatchObject({ code: 0 });
  await agent.event('session-began', from);
}

beforeEach(() => desktop.unlock());
afterEach(async () => {
  await reader.pull();
  await other.pull();
  await agent?.stop();
  user?.remove();
});

describe('the agent on a real reader and a real desktop', () => {
  it('locks the screen when the card is pulled: the screen shows the locker and the keyboard is held', async () => {
    await start();
    await signIn(await issueCardState({ keys: 'p256' }));
    expect(await desktop.keyboardGrabRefused()).toBe(false);
    const from = agent.mark;
    await reader.pull();
    const acted = await agent.event('acted', from);
    expect(acted.done).toBe(true);
    await desktop.untilReallyLocked(true);
    expect(await desktop.lockedHint()).toBe(true);
    expect(await desktop.keyboardGrabRefused()).toBe(true);
    const decided = agent.lines.filter(({ event }) => event === 'decided');
    expect(decided).toMatchObject([{ decision: { cause: 'card-pulled', plan: 'act' } }]);
  });

  it('stays signed in when the same card is back within the grace, in another reader too', async () => {
    await start({ removal: { 'card-pulled': { graceSeconds: 20 } } });
    const card = await issueCardState({ keys: 'p256' });
    await signIn(card);
    const from = agent.mark;
    await reader.pull();
    await agent.phase('grace', from);
    await other.insert(card);
    await agent.line((line) => line.event === 'settled' && line.by === 'card-returned', from);
    await agent.phase('active', from);
    expect(await desktop.lockedHint()).toBe(false);
  });

  it('locks at once when another card comes in during the grace', async () => {
    await start({ removal: { 'card-pulled': { graceSeconds: 60 } } });
    await signIn(await issueCardState({ keys: 'p256' }));
    const from = agent.mark;
    await reader.pull();
    await reader.insert(await issueCardState({ keys: 'p256' }));
    await agent.line((line) => line.event === 'settled' && line.trigger === 'another-card', from);
    await desktop.untilReallyLocked(true);
  });

  it('does nothing to a desktop that was locked before the card came out', async () => {
    await start();
    await signIn(await issueCardState({ keys: 'p256' }));
    await desktop.lock();
    await agent.phase('locked');
    const requests = await desktop.lockRequests();
    const from = agent.mark;
    await reader.pull();
    await agent.line((line) => line.event === 'settled' && line.by === 'locked-already', from);
    expect(await desktop.lockRequests()).toBe(requests);
  });

  it('holds the session over a restart of the smartcard service, and locks when the card is gone after it', async () => {
    await start();
    const card = await issueCardState({ keys: 'p256' });
    await signIn(card);
    let from = agent.mark;
    await pcscd.kill();
    await agent.phase('grace', from);
    await pcscd.restart();
    await reader.pull();
    await reader.insert(card);
    await agent.line((line) => line.event === 'settled' && line.by === 'card-returned', from);
    from = agent.mark;
    await reader.pull();
    await desktop.untilReallyLocked(true);
    expect(agent.lines.slice(from).filter(({ event }) => event === 'decided')).toHaveLength(1);
  });

  it('takes a killed card process for a card that is gone, starts it again, and finds the card', async () => {
    await start();
    await signIn(await issueCardState({ keys: 'p256' }));
    const from = agent.mark;
    const [child] = readFileSync(`/proc/${agent.child.pid}/task/${agent.child.pid}/children`, 'utf8').trim().split(' ');
    process.kill(Number(child), 'SIGKILL');
    await agent.line(
      (line) => line.event === 'decided' && (line.decision as { cause: string }).cause === 'card-process-lost',
      from,
    );
    await agent.line((line) => line.event === 'settled' && line.by === 'card-returned', from);
    expect(await desktop.lockedHint()).toBe(false);
  });

  it('locks when the card process hangs and the card is not found again in time', async () => {
    await start({ removal: { 'card-process-lost': { graceSeconds: 0 } } });
    await signIn(await issueCardState({ keys: 'p256' }));
    const [child] = readFileSync(`/proc/${agent.child.pid}/task/${agent.child.pid}/children`, 'utf8').trim().split(' ');
    process.kill(Number(child), 'SIGSTOP');
    await desktop.untilReallyLocked(true);
    await agent.phase('locked');
  });

  it('locks after all when the locker was not there at first', async () => {
    await start();
    await signIn(await issueCardState({ keys: 'p256' }));
    await desktop.stopLocker();
    const from = agent.mark;
    await reader.pull();
    await agent.line((line) => line.event === 'tell' && line.code === 'Lock_Failed', from);
    await desktop.startLocker();
    await agent.phase('locked', from);
    await desktop.untilReallyLocked(true);
    expect(agent.lines.slice(from).filter(({ event }) => event === 'decided')).toHaveLength(1);
  });

  it('does not keep `wardkey lock` from locking when it is stopped itself', async () => {
    await start();
    agent.child.kill('SIGSTOP');
    const { code } = await wardkey(['lock', '--json'], { user, env: env() });
    agent.child.kill('SIGCONT');
    expect(code).toBe(0);
    await desktop.untilReallyLocked(true);
  });

  it('warns once a login, also when it is restarted in between', async () => {
    const day = 86_400_000;
    const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 10.5 * day) };
    await start();
    await signIn(await issueCardState({ keys: { '9a': 'p256' }, validity }));
    expect(await agent.event('warn-of-expiry')).toMatchObject({ slot: '9A', rung: 14, daysLeft: 10 });
    await agent.stop();

    agent = new AgentProcess(user, env());
    await agent.phase('awaiting-passcode');
    expect(await verify(TEST_PIN)).toMatchObject({ code: 0 });
    await agent.event('session-began');
    await agent.stop();
    expect(agent.lines.filter(({ event }) => event === 'warn-of-expiry')).toEqual([]);
  });

  it('keeps the last try, and says so', async () => {
    await start();
    const card = await issueCardState({ keys: 'p256' });
    const from = agent.mark;
    await reader.insert(card);
    await agent.phase('awaiting-passcode', from);
    expect(await verify('135790')).toMatchObject({ code: 6 });
    expect(await verify('135790')).toMatchObject({ code: 6 });
    const guarded = await verify('135790');
    expect(guarded.code).toBe(8);
    expect(JSON.parse(guarded.out)).toMatchObject({ ok: false, code: 'Passcode_LastTry' });
    expect((await reader.snapshot())?.pin.triesLeft).toBe(1);
    expect(await verify('135790', '--last-try')).toMatchObject({ code: 7 });
    await agent.phase('blocked', from);
  });

  it('runs once for each user: the second one says so and leaves the first alone', async () => {
    await start();
    const second = new AgentProcess(user, env());
    expect(await second.exited).toBe(11);
    expect(second.lines).toMatchObject([{ ok: false, code: 'Agent_AlreadyRunning' }]);
    expect((await wardkey(['status', '--json'], { user })).code).toBe(0);
  });

  it('takes over the socket of an agent that was killed', async () => {
    await start();
    agent.child.kill('SIGKILL');
    await agent.exited;
    agent = new AgentProcess(user, env());
    await agent.phase('no-card');
  });

  it('writes every decision to the audit log, and nobody’s name', async () => {
    await start();
    await signIn(await issueCardState({ keys: 'p256' }));
    await reader.pull();
    await agent.event('acted');
    expect(await agent.stop()).toBe(0);
    const audit = readFileSync(user.auditFile, 'utf8');
    const events = audit
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual([
      'agent-started',
      'session-began',
      'session-ended',
      'removal-decided',
      'removal-settled',
      'acted',
      'agent-stopped',
    ]);
    expect(audit).not.toMatch(/Ada|Byron/i);
    expect(audit).not.toContain(TEST_PIN);
  });
});

describe('whoever reads the agent’s lines', () => {
  it('may stall without stopping the agent: it still locks, and still ends when told to', async () => {
    user = makeUserFolders({ session: { begins: 'insertion' } });
    // From its first line on, nobody reads this pipe.
    const child = spawn(process.execPath, ['out/wardkey.js', 'agent', '--json', '--policy', user.policyFile], {
      env: { PATH: process.env.PATH, ...user.env, ...pcscd.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await once(child.stdout, 'data');
    child.stdout.pause();
    const calls = await callAgent(join(user.folder, 'run', 'wardkey', 'agent.sock'));
    if (calls === null) throw new Error('the agent does not answer');
    calls.send({ command: 'follow' });
    const heard = calls.messages();
    const told = { bytes: 0 };
    const untilHeard = async (event: string) => {
      for (;;) {
        const { value, done } = await heard.next();
        if (done === true) throw new Error(`hung up before ${event}`);
        told.bytes += JSON.stringify(value).length;
        if ((value as { event?: string }).event === event) return;
      }
    };
    const card = await issueCardState({ keys: 'p256' });
    // More than the pipe holds, and then once more.
    for (let stay = 0; stay < 3 || told.bytes < 200_000; stay++) {
      await reader.insert(card);
      await untilHeard('session-began');
      await reader.pull();
      await untilHeard('lock-requested');
    }
    calls.close();
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  });
});
