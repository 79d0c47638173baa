import { afterEach, describe, expect, it } from 'vitest';
import type { VirtualPivCard } from '../../../src/simulator/card/piv-card.ts';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { Ward, type WardOptions, WRONG } from './ward.ts';

const DAY_MS = 86_400_000;
const validFor = (days: number) => ({
  notBefore: new Date(Date.now() - 900 * DAY_MS),
  notAfter: new Date(Date.now() + days * DAY_MS),
});
/** All four certificates end in 25 days. */
const ending = () => issueCard({ keys: 'p256', validity: validFor(25.5) });
const GRACE = { policy: { removal: { 'card-pulled': { graceSeconds: 30 } } } };

let ward: Ward;
afterEach(() => ward.close());

/** A workstation at which this card has signed in. */
async function signedIn(card: VirtualPivCard, options: WardOptions = {}): Promise<void> {
  ward = await Ward.open({ settings: { onInsertion: 'notify' }, ...options });
  ward.reader.insert(card);
  await ward.signIn();
}

const expiryNotices = () =>
  ward.host.calls.filter((each) => each.call === 'notify' && each.notification.key === 'expiry');

describe('a certificate that ends soon', () => {
  it('is told once for its login, though four certificates end, and lists each of them in the window', async () => {
    await signedIn(await ending());
    expect(expiryNotices()).toHaveLength(1);
    expect(ward.host.notification('expiry')?.title).toBe('Your card runs out in 25 days');
    const listed = ward.snapshot.alerts.map(({ slot, rung, daysLeft }) => `${slot} ${rung} ${daysLeft}`);
    expect(listed.toSorted()).toEqual(['9A 30 25', '9C 30 25', '9D 30 25', '9E 30 25']);
  });

  it('is told by the days of the certificate that ends first', async () => {
    await signedIn(await issueCard({ keys: 'p256', validity: { '9d': validFor(3.5), others: validFor(25.5) } }));
    expect(ward.host.notification('expiry')?.title).toBe('Your card runs out in 3 days');
  });

  it('brings the window up where cards do', async () => {
    await signedIn(await ending(), { settings: { onInsertion: 'open' } });
    // Once as it came in, once for what ends.
    expect(ward.host.count('show-window')).toBe(2);
    expect(expiryNotices()).toEqual([]);
  });

  it('is told on the last day in words of its own', async () => {
    await signedIn(await issueCard({ keys: 'p256', validity: validFor(0.5) }));
    expect(ward.host.notification('expiry')?.title).toBe('Your card runs out today');
  });

  it('names nobody outside the window', async () => {
    await signedIn(await ending());
    expect(JSON.stringify(ward.host.calls)).not.toMatch(/Ada|Lindqvist|555000000017/);
  });

  it('stands through a countdown when the same card comes back, without another word', async () => {
    const card = await ending();
    await signedIn(card, { settings: { onInsertion: 'notify' }, ...GRACE });
    const alerts = ward.snapshot.alerts;
    ward.reader.pull();
    await ward.phase('grace');
    expect(ward.snapshot.alerts).toEqual(alerts);
    ward.reader.insert(card);
    await ward.phase('active');
    await ward.settled();
    expect(ward.snapshot.alerts).toEqual(alerts);
    expect(expiryNotices()).toHaveLength(1);
    expect(ward.host.notified).toContain('expiry');
  });

  it('is gone with its login, and comes back with the next', async () => {
    const card = await ending();
    await signedIn(card);
    ward.reader.pull();
    await ward.phase('locked');
    expect(ward.snapshot.alerts).toEqual([]);
    expect(ward.host.notified).not.toContain('expiry');

    await ward.until(({ lastLock }) => lastLock !== null);
    ward.reader.insert(card);
    await ward.settled();
    await ward.verify('246810');
    await ward.settled();
    expect(ward.snapshot.alerts).toHaveLength(4);
  });

  it('is dismissed once and for all of its login', async () => {
    await signedIn(await ending());
    const ids = ward.snapshot.alerts.map(({ id }) => id);
    for (const id of ids) expect(await ward.do({ command: 'dismiss-alert', id })).toEqual({ ok: true, value: null });
    expect(ward.snapshot.alerts).toEqual([]);
    expect(ward.host.notified).not.toContain('expiry');
    await ward.verify(WRONG);
    await ward.do({ command: 'read-again', reader: 'R' });
    await ward.settled();
    expect(ward.snapshot.alerts).toEqual([]);
    expect(expiryNotices()).toHaveLength(1);
  });

  it('leaves the others when one is dismissed', async () => {
    await signedIn(await ending());
    const [first, ...others] = ward.snapshot.alerts;
    await ward.do({ command: 'dismiss-alert', id: first?.id ?? '' });
    expect(ward.snapshot.alerts).toEqual(others);
  });

  it('waits on a locked desktop for whoever unlocks it', async () => {
    ward = await Ward.open({
      settings: { onInsertion: 'notify' },
      policy: { session: { begins: 'insertion' } },
    });
    await ward.desktop.lock();
    ward.reader.insert(await ending());
    await ward.until(({ readers }) => readers.some(({ slot }) => slot.kind === 'card' && slot.session !== null));
    await ward.settled();
    expect(ward.snapshot.alerts).not.toEqual([]);
    expect(ward.host.calls.filter(({ call }) => call === 'notify' || call === 'show-window')).toEqual([]);
    ward.desktop.unlock();
    await ward.drawn();
    expect(expiryNotices()).toHaveLength(1);
  });
});
