import { afterEach, describe, expect, it } from 'vitest';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { Ward, type WardOptions } from './ward.ts';

let ward: Ward;
afterEach(() => ward.close());

/** A workstation that does not lock, after the card has been taken out. */
async function notLocked(options: WardOptions = {}): Promise<void> {
  ward = await Ward.open(options);
  ward.reader.insert(await issueCard({ keys: 'p256' }));
  await ward.signIn();
  ward.desktop.lockIsBroken = true;
  ward.reader.pull();
  await ward.until(({ failedAction }) => failedAction !== null);
  await ward.drawn();
}

describe('a lock that failed', () => {
  it('is told by a notification that stays, and by the tray', async () => {
    await notLocked();
    expect(ward.host.notification('failed')).toMatchObject({
      title: 'This computer could not be locked',
      urgency: 'urgent',
    });
    expect(ward.host.tray).toMatchObject({
      icon: 'alarm',
      tooltip: 'Wardkey: This computer could not be locked',
    });
    expect(ward.snapshot.failedAction).toBe('lock');
  });

  it('is no notice besides, which somebody could dismiss', async () => {
    await notLocked();
    expect(ward.snapshot.notices).toEqual([]);
  });

  it('is taken back when the desktop is locked after all', async () => {
    await notLocked();
    ward.desktop.lockIsBroken = false;
    // The agent tries again by itself.
    await ward.phase('locked');
    await ward.drawn();
    expect(ward.host.notified).toEqual([]);
    expect(ward.host.tray?.icon).toBe('locked');
  });

  it('is told also where something else was to happen, until the lock in its place holds', async () => {
    ward = await Ward.open({ policy: { removal: { 'card-pulled': { action: 'log-off' } } } });
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.signIn();
    ward.desktop.lockIsBroken = true;
    ward.reader.pull();
    await ward.host.until(() => ward.host.notified.includes('failed'));
    ward.desktop.lockIsBroken = false;
    await ward.phase('locked');
    await ward.drawn();
    expect(ward.host.notified).toEqual([]);
  });
});
