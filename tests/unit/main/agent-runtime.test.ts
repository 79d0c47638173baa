import { afterEach, describe, expect, it } from 'vitest';
import type { AgentPhase } from '../../../src/core/agent/phases.ts';
import { DEFAULT_POLICY } from '../../../src/core/agent/policy.ts';
import { agentPhase } from '../../../src/core/agent/status.ts';
import { type AgentNews, AgentRuntime } from '../../../src/main/agent/agent-runtime.ts';
import { newsLines } from '../../../src/main/agent/news-lines.ts';
import { DemoDesktop } from '../../../src/main/demo/demo-desktop.ts';
import { VirtualCardHost } from '../../../src/main/demo/virtual-card-host.ts';
import { issueCard, TEST_PIN } from '../../../src/simulator/pki/issue-card.ts';
import { VirtualReader } from '../../../src/simulator/reader/in-process.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** The runtime on the embedded virtual reader: real driver, real card logic, a desktop on paper. */
class Stage {
  readonly reader: VirtualReader;
  readonly cards: VirtualCardHost;
  readonly desktop = new DemoDesktop();
  readonly runtime: AgentRuntime;
  readonly news: AgentNews[] = [];

  constructor(paceMs = 0) {
    this.reader = new VirtualReader('R', { paceMs });
    this.cards = new VirtualCardHost([this.reader]);
    this.runtime = new AgentRuntime({
      cards: this.cards,
      desktop: this.desktop,
      bootId: 'boot',
      policy: DEFAULT_POLICY,
    });
    this.runtime.listen((news) => this.news.push(news));
    this.runtime.start();
    this.cards.start();
  }

  async until(phase: AgentPhase): Promise<void> {
    if (agentPhase(this.runtime.state) === phase) return;
    await new Promise<void>((resolve) => {
      const stop = this.runtime.listen(() => {
        if (agentPhase(this.runtime.state) !== phase) return;
        stop();
        resolve();
      });
    });
  }

  verify(secret: Uint8Array, lastTry = false) {
    return this.runtime.attempt({ kind: 'verify', reader: 'R', cardId: null, secrets: [secret], lastTry });
  }
}

let stage: Stage;
afterEach(() => stage.runtime.stop());

describe('the running agent', () => {
  it('signs in with the right passcode, and locks when the card is pulled', async () => {
    stage = new Stage();
    stage.reader.insert(await issueCard({ keys: 'p256' }));
    await stage.until('awaiting-passcode');
    expect(await stage.verify(bytes(TEST_PIN))).toMatchObject({ ok: true });
    expect(agentPhase(stage.runtime.state)).toBe('active');
    stage.reader.pull();
    await stage.until('locked');
    expect(stage.news.filter(({ type }) => type === 'lock-requested')).toHaveLength(1);
  });

  it('asks for the lock before anyone hears of the removal', async () => {
    stage = new Stage();
    stage.reader.insert(await issueCard({ keys: 'p256' }));
    await stage.until('awaiting-passcode');
    await stage.verify(bytes(TEST_PIN));
    stage.news.length = 0;
    stage.reader.pull();
    expect(stage.news[0]?.type).toBe('lock-requested');
  });

  it('overwrites a passcode that was right, wrong, impossible, too early, or lost with its card', async () => {
    stage = new Stage();
    const zeros = (secret: Uint8Array) => expect([...secret]).toEqual(Array(secret.length).fill(0));
    const tried = async (text: string) => {
      const secret = bytes(text);
      const result = await stage.verify(secret);
      zeros(secret);
      return result;
    };
    expect(await tried(TEST_PIN)).toEqual({ ok: false, code: 'Card_None' });
    stage.reader.insert(await issueCard({ keys: 'p256' }));
    await stage.until('awaiting-passcode');
    expect(await tried('135790')).toEqual({ ok: false, failure: { code: 'wrong-pin', triesLeft: 2 } });
    expect(await tried('12')).toEqual({ ok: false, code: 'Passcode_NotAccepted' });
    expect(await tried(TEST_PIN)).toMatchObject({ ok: true });

    stage.reader.arm({ kind: 'stall', at: { ins: 0x20 } });
    const lost = bytes(TEST_PIN);
    const pending = stage.verify(lost);
    stage.reader.pull();
    expect(await pending).toEqual({ ok: false, failure: { code: 'card-removed' } });
    // The answer comes with the removal; the operation that held the passcode ends right behind it.
    await new Promise(setImmediate);
    zeros(lost);
  });

  it('never makes the last try unasked', async () => {
    stage = new Stage();
    stage.reader.insert(await issueCard({ keys: 'p256' }));
    await stage.until('awaiting-passcode');
    await stage.verify(bytes('135790'));
    await stage.verify(bytes('135790'));
    expect(await stage.verify(bytes('135790'))).toEqual({
      ok: false,
      failure: { code: 'last-try-guarded', triesLeft: 1 },
    });
    expect(agentPhase(stage.runtime.state)).toBe('awaiting-passcode');
    expect(await stage.verify(bytes(TEST_PIN), true)).toMatchObject({ ok: true });
  });

  it('tells no secret in anything it says', async () => {
    stage = new Stage();
    stage.reader.insert(await issueCard({ keys: 'p256' }));
    await stage.until('awaiting-passcode');
    await stage.verify(bytes('975312'));
    await stage.verify(bytes(TEST_PIN));
    const lineOf = newsLines();
    const told = stage.news.map((news) => `${JSON.stringify(news)}${JSON.stringify(lineOf(news))}`).join('\n');
    for (const secret of ['975312', TEST_PIN]) {
      expect(told).not.toContain(secret);
      expect(told).not.toContain(Buffer.from(secret).toString('hex'));
      expect(told).not.toContain([...Buffer.from(secret)].join(','));
    }
  });

  it('waits at its end for a lock that has been asked for', async () => {
    stage = new Stage();
    stage.reader.insert(await issueCard({ keys: 'p256' }));
    await stage.until('awaiting-passcode');
    await stage.verify(bytes(TEST_PIN));
    stage.reader.pull();
    await stage.runtime.stop();
    expect(stage.news.findLast(({ type }) => type === 'acted')).toMatchObject({ action: 'lock', done: true });
  });

  it('tries nothing any more once it ends', async () => {
    stage = new Stage();
    stage.reader.insert(await issueCard({ keys: 'p256' }));
    await stage.until('awaiting-passcode');
    const ended = stage.runtime.stop();
    expect(await stage.verify(bytes(TEST_PIN))).toEqual({ ok: false, code: 'Agent_NotRunning' });
    await ended;
  });

  it('finds the same card again after the service died, without a lock in between', async () => {
    stage = new Stage();
    stage.reader.insert(await issueCard({ keys: 'p256' }));
    await stage.until('awaiting-passcode');
    await stage.verify(bytes(TEST_PIN));
    stage.cards.killService();
    expect(agentPhase(stage.runtime.state)).toBe('grace');
    stage.cards.start();
    await stage.until('active');
    expect(stage.news.some(({ type }) => type === 'lock-requested')).toBe(false);
  });
});
