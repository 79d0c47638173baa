import { afterEach, describe, expect, it } from 'vitest';
import type { AgentPhase } from '../../../src/core/agent/phases.ts';
import { WindowNotOpened } from '../../../src/main/window/start-window.ts';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { Ward, type WardOptions } from './ward.ts';

let ward: Ward;
afterEach(() => ward.close());

const RENEW = 'https://example.org/renew';

describe('a page of the organisation', () => {
  it('cannot be opened when none is set', async () => {
    ward = await Ward.open();
    expect(await ward.do({ command: 'open-page', page: 'renew' })).toEqual({ ok: false, code: 'Page_NotSet' });
    expect(ward.host.count('open-address')).toBe(0);
  });

  it('is opened at the organisation’s address', async () => {
    ward = await Ward.open({ policy: { organisation: { pages: { renew: RENEW } } } });
    expect(ward.snapshot.organisation.pages).toEqual(['renew']);
    expect(await ward.do({ command: 'open-page', page: 'renew' })).toEqual({ ok: true, value: null });
    expect(ward.host.calls).toContainEqual({ call: 'open-address', address: RENEW });
  });

  it('is told when the desktop has not opened it', async () => {
    ward = await Ward.open({ policy: { organisation: { pages: { renew: RENEW } } } });
    ward.host.answers.openAddress = false;
    expect(await ward.do({ command: 'open-page', page: 'renew' })).toEqual({ ok: false, code: 'Page_NotOpened' });
  });
});

/** Whether Wardkey is ending; what has happened by now decides. */
async function isEnding(): Promise<boolean> {
  return Promise.race([
    ward.window.ended.then(() => true),
    new Promise<boolean>((resolve) => {
      setImmediate(() => resolve(false));
    }),
  ]);
}

describe('the end of Wardkey', () => {
  it('comes from the window where the user may', async () => {
    ward = await Ward.open();
    expect(await ward.do({ command: 'quit' })).toEqual({ ok: true, value: null });
    expect(await isEnding()).toBe(true);
  });

  it('comes from the tray where the user may', async () => {
    ward = await Ward.open();
    ward.host.events.onMenu('quit');
    expect(await isEnding()).toBe(true);
  });

  it('is refused to window and tray where the organisation does not allow it', async () => {
    ward = await Ward.open({ policy: { window: { mayQuit: false } } });
    expect(await ward.do({ command: 'quit' })).toEqual({ ok: false, code: 'Setting_Managed' });
    ward.host.events.onMenu('quit');
    expect(await isEnding()).toBe(false);
    expect(ward.snapshot.host.mayQuit).toBe(false);
  });

  it('comes with the end of the desktop, which asks nobody', async () => {
    ward = await Ward.open({ policy: { window: { mayQuit: false } } });
    ward.host.events.onQuit();
    expect(await isEnding()).toBe(true);
  });
});

describe('a log-out that other programs may still call off', () => {
  it('locks a desktop with an active card before Wardkey goes', async () => {
    ward = await Ward.open();
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.signIn();
    ward.host.events.onLogOut();
    await ward.window.ended;
    expect(ward.desktop.screenState()).toBe('locked');
  });

  it('just ends Wardkey where no card is active', async () => {
    ward = await Ward.open();
    ward.host.events.onLogOut();
    await ward.window.ended;
    expect(ward.desktop.screenState()).toBe('unlocked');
  });
});

/** A workstation whose card has been taken out, in its countdown. */
async function countingDown(options: WardOptions = {}): Promise<void> {
  ward = await Ward.open({ policy: { removal: { 'card-pulled': { graceSeconds: 30 } } }, ...options });
  ward.reader.insert(await issueCard({ keys: 'p256' }));
  await ward.signIn();
  ward.reader.pull();
  await ward.phase('grace');
  await ward.drawn();
}

describe('the end of Wardkey during a countdown', () => {
  it('is refused to whoever stands there, and not offered', async () => {
    await countingDown();
    expect(await ward.do({ command: 'quit' })).toEqual({ ok: false, code: 'Agent_CountsDown' });
    ward.host.events.onMenu('quit');
    expect(await isEnding()).toBe(false);
    expect(ward.host.tray?.menu).not.toContainEqual(expect.objectContaining({ action: 'quit' }));
  });

  it('locks first, however it comes', async () => {
    await countingDown();
    ward.host.events.onQuit();
    expect(await isEnding()).toBe(true);
    await ward.window.stop();
    expect(ward.desktop.screenState()).toBe('locked');
    expect(ward.audit).toContain('"trigger":"agent-ending"');
  });

  it('has locked before the window goes', async () => {
    await countingDown();
    const atClose: string[] = [];
    ward.host.onClose = () => atClose.push(ward.desktop.screenState());
    await ward.window.stop();
    expect(atClose).toEqual(['locked']);
  });

  it('tries a lock once more that has failed', async () => {
    ward = await Ward.open();
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.signIn();
    ward.desktop.lockIsBroken = true;
    ward.reader.pull();
    await ward.until(({ failedAction }) => failedAction !== null);
    ward.desktop.lockIsBroken = false;
    await ward.window.stop();
    expect(ward.desktop.screenState()).toBe('locked');
  });

  it('leaves the desktop alone where a card is still in, or none was', async () => {
    ward = await Ward.open();
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.signIn();
    await ward.window.stop();
    expect(ward.desktop.screenState()).toBe('unlocked');
  });
});

describe('a desktop that can be given no window', () => {
  /** Runs into it with this card in, once the agent is as `wanted`. */
  const opening = (wanted: AgentPhase) =>
    Ward.open({
      policy: { session: { begins: 'insertion' } },
      beforeHost: async (early) => {
        ward = early;
        if (wanted === 'active') early.reader.insert(await issueCard({ keys: 'p256' }));
        const { view } = early.host;
        if (view.snapshot().phase !== wanted)
          await new Promise<void>((resolve) => {
            view.onChange(() => {
              if (view.snapshot().phase === wanted) resolve();
            });
          });
        throw new Error('the folder is a link');
      },
    });

  it('ends Wardkey, which is told, and locks where a card is active', async () => {
    await expect(opening('active')).rejects.toThrow(new WindowNotOpened('the folder is a link'));
    expect(ward.desktop.screenState()).toBe('locked');
    expect(ward.audit).toContain('"event":"agent-stopped"');
  });

  it('leaves the desktop alone where none is', async () => {
    await expect(opening('no-card')).rejects.toThrow(WindowNotOpened);
    expect(ward.desktop.screenState()).toBe('unlocked');
  });
});
