import { afterEach, describe, expect, it } from 'vitest';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { Ward } from './ward.ts';

let ward: Ward;
afterEach(() => ward.close());

/** A workstation whose user has signed in, and gone. */
async function leftAlone(actAfterSeconds = 30): Promise<void> {
  ward = await Ward.open({ policy: { unattended: { remindAfterSeconds: 10, actAfterSeconds } } });
  ward.reader.insert(await issueCard({ keys: 'p256' }));
  await ward.signIn();
  ward.host.calls.length = 0;
  ward.idle.goIdle();
  await ward.drawn();
}

describe('a card that was left in its reader', () => {
  it('is reminded of once, by the window and a notification that stays', async () => {
    await leftAlone();
    ward.idle.goIdle();
    await ward.drawn();
    expect(ward.host.calls.filter(({ call }) => call === 'show-window')).toEqual([
      { call: 'show-window', focus: false },
    ]);
    expect(ward.host.notification('unattended')).toMatchObject({ urgency: 'urgent', actions: [{ id: 'here' }] });
    expect(ward.host.count('notify')).toBe(1);
    expect(ward.snapshot.unattended).toMatchObject({ action: 'lock', totalMs: 30_000 });
  });

  it('is left alone again when its user says to be here, in the window', async () => {
    await leftAlone();
    await ward.do({ command: 'still-here' });
    await ward.drawn();
    expect(ward.snapshot).toMatchObject({ phase: 'active', unattended: null });
    expect(ward.host.notified).toEqual([]);
  });

  it('is left alone again when its user says so in the notification', async () => {
    await leftAlone();
    ward.host.events.onNotification('unattended', 'here');
    await ward.drawn();
    expect(ward.snapshot).toMatchObject({ phase: 'active', unattended: null });
    expect(ward.host.notified).toEqual([]);
  });

  it('is not reminded of any more when it has been taken out', async () => {
    await leftAlone();
    ward.reader.pull();
    await ward.phase('locked');
    await ward.drawn();
    expect(ward.snapshot.unattended).toBeNull();
    expect(ward.host.notified).not.toContain('unattended');
  });

  it('locks the desktop when nobody answers, and takes the question back', async () => {
    await leftAlone(0);
    await ward.phase('locked');
    await ward.drawn();
    expect(ward.host.notified).not.toContain('unattended');
  });

  it('is asked to be put in again where it signs in by itself: no passcode would bring its session back', async () => {
    ward = await Ward.open({
      policy: { session: { begins: 'insertion' }, unattended: { remindAfterSeconds: 10, actAfterSeconds: 0 } },
      settings: { onInsertion: 'notify' },
    });
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.phase('active');
    ward.idle.goIdle();
    await ward.phase('locked');
    ward.desktop.unlock();
    await ward.phase('awaiting-insertion');
    await ward.drawn();
    expect(ward.host.notification('insertion')).toMatchObject({ title: 'Put your smartcard in again' });
    expect(ward.snapshot.readers).toMatchObject([{ phase: 'awaiting-insertion' }, {}]);
  });

  it('is no notice of its own in the window, which has a screen for it', async () => {
    await leftAlone();
    expect(ward.snapshot.notices).toEqual([]);
  });
});
