import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callAgent } from '../../src/main/control/control-client.ts';
import type { CardState } from '../../src/simulator/card/card-state.ts';
import { CERTIFICATE_OBJECT, OBJECT } from '../../src/simulator/card/data-objects.ts';
import { ANSWER_GARBAGE, HOSTILE_OBJECTS, hostileObject } from '../../src/simulator/card/garbage.ts';
import { issueCardState, TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { AgentProcess, type Line, makeUserFolders, type UserFolders, wardkey } from '../rig/agent-process.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';

/** Cards that lie, over a real pcscd to the agent as it ships: a clear state, an agent that answers, and no try spent. */

const ANSWERS_WITHIN_MS = 1_000;

let pcscd: Pcscd;
let player: CardPlayer;
let reader: PlayedReader;
let user: UserFolders;
let agent: AgentProcess;

beforeAll(async () => {
  [pcscd, player] = await Promise.all([startPcscd(), CardPlayer.start()]);
  reader = player.reader(pcscd.ports[0]);
  user = makeUserFolders();
  agent = new AgentProcess(user, pcscd.env);
  await agent.phase('no-card');
});
afterAll(async () => {
  expect(await agent?.stop()).toBe(0);
  user?.remove();
  await player?.stop();
  await pcscd?.stop();
});
afterEach(async () => {
  const from = agent.mark;
  await reader.pull();
  await agent.phase('no-card', from);
});

const SETTLED = new Set(['awaiting-passcode', 'certificate-trouble', 'unreadable', 'unsupported', 'mute', 'blocked']);
const phaseOf = (line: Line) => (line.readers as Array<{ phase: string }> | undefined)?.[0]?.phase ?? '';

async function settles(from: number): Promise<string> {
  const line = await agent.line((each) => each.event === 'state' && SETTLED.has(phaseOf(each)), from);
  return phaseOf(line);
}

/** How long the agent took to say how it is, in milliseconds. */
async function answerTime(): Promise<number> {
  const before = performance.now();
  const connection = await callAgent(join(user.folder, 'run', 'wardkey', 'agent.sock'));
  connection?.send({ command: 'status' });
  const { value } = (await connection?.messages().next()) ?? {};
  connection?.close();
  expect(value).toMatchObject({ event: 'state' });
  return performance.now() - before;
}

describe('an object that no issuer would write', () => {
  it.each(HOSTILE_OBJECTS)('%s, in place of the sign-in certificate, is certificate trouble', async (kind) => {
    const state = await issueCardState({ keys: 'p256' });
    const hostile: CardState = {
      ...state,
      objects: { ...state.objects, [CERTIFICATE_OBJECT['9a']]: hostileObject(kind).toString('hex') },
    };
    const from = agent.mark;
    await reader.insert(hostile);
    expect(await settles(from)).toBe('certificate-trouble');
    expect((await wardkey(['pin', 'verify'], { user, env: pcscd.env, input: TEST_PIN })).code).toBe(9);
    expect((await reader.snapshot())?.pin.triesLeft).toBe(3);
  });

  it.each(HOSTILE_OBJECTS)('%s, in place of the CHUID, leaves the card to its certificate', async (kind) => {
    const state = await issueCardState({ keys: 'p256' });
    const from = agent.mark;
    await reader.insert({
      ...state,
      objects: { ...state.objects, [OBJECT.chuid]: hostileObject(kind).toString('hex') },
    });
    expect(await settles(from)).toBe('awaiting-passcode');
  });
});

describe('a card that answers nonsense', () => {
  it.each(ANSWER_GARBAGE)('%s: comes to a clear state, and the agent answers all the while', async (garbage) => {
    const from = agent.mark;
    await reader.insert(await issueCardState({ keys: 'p256' }), {
      faults: [{ kind: 'garbage', garbage, at: { apdu: 1 }, times: 'always', seed: 7 }],
    });
    const tookMs = await answerTime();
    expect(await settles(from)).toBeOneOf(['unreadable', 'unsupported', 'certificate-trouble']);
    expect(tookMs).toBeLessThan(ANSWERS_WITHIN_MS);
  });

  it.each([0x6f00, 0x6985, 0x0000, 0x9000])('status %i to everything: a clear state', async (statusWord) => {
    const from = agent.mark;
    await reader.insert(await issueCardState({ keys: 'p256' }), {
      faults: [{ kind: 'status', statusWord, at: { apdu: 1 }, times: 'always' }],
    });
    expect(await settles(from)).toBeOneOf(['unreadable', 'unsupported', 'certificate-trouble']);
  });
});

describe('a card that falls silent', () => {
  it('does not keep the agent from another card', async () => {
    const other = player.reader(pcscd.ports[1]);
    await reader.insert(await issueCardState({ keys: 'p256' }), { faults: [{ kind: 'stall', at: { apdu: 2 } }] });
    const from = agent.mark;
    await other.insert(await issueCardState({ keys: 'p256' }));
    await agent.line(
      (line) => (line.readers as Array<{ phase: string }> | undefined)?.[1]?.phase === 'awaiting-passcode',
      from,
    );
    expect(await answerTime()).toBeLessThan(ANSWERS_WITHIN_MS);
    await other.pull();
  });
});
