import { afterEach, describe, expect, it } from 'vitest';
import type { VirtualPivCard } from '../../../src/simulator/card/piv-card.ts';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { BEN } from '../../../src/simulator/pki/person.ts';
import { Ward, type WardOptions } from './ward.ts';

let ward: Ward;
afterEach(() => ward.close());

const graceOf = (graceSeconds: number) => ({ removal: { 'card-pulled': { graceSeconds } } });

/** A workstation with this card signed in and then pulled, in its countdown. */
async function countingDown(card: VirtualPivCard, options: WardOptions = {}): Promise<void> {
  ward = await Ward.open({ policy: graceOf(30), ...options });
  ward.reader.insert(card);
  await ward.signIn();
  ward.reader.pull();
  await ward.phase('grace');
  await ward.drawn();
}

/** How often the countdown was shown and hidden. */
const turns = () => [ward.host.count('show-countdown'), ward.host.count('hide-countdown')];
const newCard = (order: Parameters<typeof issueCard>[0] = {}) => issueCard({ keys: 'p256', ...order });

describe('the countdown of a card that is out', () => {
  it('is shown once and hidden once when the same card comes back', async () => {
    const card = await newCard();
    await countingDown(card);
    expect(turns()).toEqual([1, 0]);
    ward.reader.insert(card);
    await ward.phase('active');
    await ward.settled();
    expect(turns()).toEqual([1, 1]);
  });

  it('is hidden once when the desktop locks at its end', async () => {
    await countingDown(await newCard(), { policy: graceOf(1) });
    await ward.phase('locked');
    await ward.drawn();
    expect(turns()).toEqual([1, 1]);
  });

  it('is hidden once when another card ends it', async () => {
    await countingDown(await newCard());
    ward.reader.insert(await newCard({ person: BEN }));
    await ward.phase('locked');
    await ward.drawn();
    expect(turns()).toEqual([1, 1]);
  });

  it('is shown once for two cards that are waited for, until the last is back', async () => {
    const [ada, ben] = [await newCard(), await newCard({ person: BEN })];
    ward = await Ward.open({ policy: graceOf(30) });
    ward.reader.insert(ada);
    await ward.signIn();
    ward.other.insert(ben);
    await ward.settled();
    await ward.verify('246810', 'S');
    ward.reader.pull();
    ward.other.pull();
    await ward.drawn();
    expect(ward.snapshot.countdowns).toHaveLength(2);
    expect(turns()).toEqual([1, 0]);
    await ward.do({ command: 'lock-now' });
    await ward.phase('locked');
    expect(turns()).toEqual([1, 1]);
  });

  it('is never shown for a removal that acts at once', async () => {
    ward = await Ward.open({ policy: graceOf(0) });
    ward.reader.insert(await newCard());
    await ward.signIn();
    ward.reader.pull();
    await ward.phase('locked');
    expect(turns()).toEqual([0, 0]);
  });

  it('is told by no notification where the host covers every display', async () => {
    await countingDown(await newCard());
    expect(ward.host.count('notify')).toBe(0);
  });

  it('is told by a notification where the host cannot, which goes with it and locks at a wish', async () => {
    await countingDown(await newCard(), { abilities: { everyDisplay: false } });
    expect(ward.host.notification('countdown')).toMatchObject({ urgency: 'urgent', actions: [{ id: 'lock' }] });
    ward.host.events.onNotification('countdown', 'lock');
    await ward.phase('locked');
    expect(ward.host.notified).toEqual([]);
    expect(ward.host.count('notify')).toBe(1);
  });

  it.each([
    ['cannot be shown', () => false],
    ['fails', () => Promise.reject(new Error('no room on the disk'))],
  ])('is told as missing where its window %s, and the desktop locks all the same', async (_how, answer) => {
    ward = await Ward.open({ policy: graceOf(1) });
    ward.reader.insert(await newCard());
    await ward.signIn();
    ward.host.answers.showCountdown = answer();
    ward.reader.pull();
    await ward.phase('grace');
    await ward.drawn();
    expect(ward.host.notified).toContain('not-shown');
    expect(ward.snapshot.notices.map(({ code }) => code)).toContain('Window_NotShown');
    await ward.phase('locked');
  });
});
