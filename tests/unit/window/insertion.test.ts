import { afterEach, describe, expect, it } from 'vitest';
import { issueCard, TEST_PIN } from '../../../src/simulator/pki/issue-card.ts';
import { BEN } from '../../../src/simulator/pki/person.ts';
import { Ward, type WardOptions, WRONG } from './ward.ts';

const newCard = (order: Parameters<typeof issueCard>[0] = {}) => issueCard({ keys: 'p256', ...order });
const DAY_MS = 86_400_000;
const expired = () =>
  newCard({ validity: { notBefore: new Date(Date.now() - 9 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) } });

let ward: Ward;
afterEach(() => ward.close());

const open = async (options: WardOptions = {}) => {
  ward = await Ward.open(options);
};

/** How often the window was brought up, and which notifications are up. */
const shown = () => ({ windows: ward.host.count('show-window'), notified: ward.host.notified });

describe('a card that wants its user', () => {
  it('brings the window up once for its stay, and leaves the keyboard where it is', async () => {
    await open();
    ward.reader.insert(await newCard());
    await ward.phase('awaiting-passcode');
    await ward.settled();
    expect(ward.host.calls.filter(({ call }) => call === 'show-window')).toEqual([
      { call: 'show-window', focus: false },
    ]);
    expect(ward.snapshot.call).toEqual({ number: 1, place: 'home' });
    expect(ward.host.count('notify')).toBe(0);
  });

  it('is not brought up again after a wrong try, and is in its next stay', async () => {
    await open();
    const card = await newCard();
    ward.reader.insert(card);
    await ward.phase('awaiting-passcode');
    expect(await ward.verify(WRONG)).toMatchObject({ ok: false, code: 'Passcode_Wrong', triesLeft: 2 });
    await ward.settled();
    expect(shown().windows).toBe(1);

    ward.reader.pull();
    await ward.phase('no-card');
    ward.reader.insert(card);
    await ward.phase('awaiting-passcode');
    await ward.settled();
    expect(shown().windows).toBe(2);
  });

  it('is told by a notification instead, which goes when the card does', async () => {
    await open({ settings: { onInsertion: 'notify' } });
    ward.reader.insert(await newCard());
    await ward.phase('awaiting-passcode');
    await ward.settled();
    expect(shown()).toEqual({ windows: 0, notified: ['insertion'] });
    expect(ward.host.notification('insertion')).toMatchObject({ title: 'Enter your passcode' });
    ward.reader.pull();
    await ward.phase('no-card');
    expect(shown()).toEqual({ windows: 0, notified: [] });
    expect(ward.host.count('notify')).toBe(1);
  });

  it('takes its notification back when it has been signed in', async () => {
    await open({ settings: { onInsertion: 'notify' } });
    ward.reader.insert(await newCard());
    await ward.phase('awaiting-passcode');
    expect(shown().notified).toEqual(['insertion']);
    await ward.signIn();
    expect(shown().notified).toEqual([]);
  });

  it('appears nowhere when the user wants nothing', async () => {
    await open({ settings: { onInsertion: 'nothing' } });
    ward.reader.insert(await newCard());
    await ward.phase('awaiting-passcode');
    await ward.settled();
    expect(shown()).toEqual({ windows: 0, notified: [] });
  });

  it('follows the organisation where it has decided, whatever the user chose', async () => {
    await open({ settings: { onInsertion: 'open' }, policy: { window: { onInsertion: 'notify' } } });
    ward.reader.insert(await newCard());
    await ward.phase('awaiting-passcode');
    await ward.settled();
    expect(shown()).toEqual({ windows: 0, notified: ['insertion'] });
    expect(ward.snapshot.preferences.onInsertion).toEqual({ value: 'notify', managed: true });
  });

  it('is told to be blocked, with the way to unlock it', async () => {
    await open({ settings: { onInsertion: 'notify' } });
    const card = await newCard({ traits: { pinTries: 1 } });
    ward.reader.insert(card);
    await ward.phase('awaiting-passcode');
    const lastTry = { command: 'attempt', kind: 'verify', reader: 'R', cardId: ward.cardIn(), lastTry: true } as const;
    await ward.do(lastTry, [new TextEncoder().encode(WRONG)]);
    await ward.phase('blocked');
    await ward.drawn();
    expect(ward.host.notification('blocked')).toMatchObject({ actions: [{ id: 'unlock' }] });
    ward.host.events.onNotification('blocked', 'unlock');
    expect(ward.snapshot.call.place).toBe('unlock');
  });

  it('is not asked for a passcode when its certificate has run out', async () => {
    await open({ settings: { onInsertion: 'notify' } });
    ward.reader.insert(await expired());
    await ward.phase('certificate-trouble');
    await ward.settled();
    expect(ward.host.notification('insertion')).toMatchObject({
      title: 'Your card needs attention',
      body: 'The certificate on the card has expired.',
    });
  });

  it('is greeted also when it was there before the desktop was', async () => {
    await open({
      beforeHost: async (early) => {
        early.reader.insert(await newCard());
        await new Promise<void>((resolve) => {
          const stop = early.host.view.onChange(() => {
            if (early.host.view.snapshot().phase !== 'awaiting-passcode') return;
            stop();
            resolve();
          });
        });
      },
    });
    await ward.drawn();
    expect(shown().windows).toBe(1);
  });

  it('opens no second window while the first is on its way', async () => {
    const coming = Promise.withResolvers<boolean>();
    ward = await Ward.open({
      opens: true,
      beforeHost: async ({ host, reader }) => {
        host.answers.showWindow = coming.promise;
        const card = await newCard();
        void host
          .until(() => host.count('show-window') > 0)
          .then(() => {
            reader.insert(card);
            host.view.onChange(() => {
              if (host.view.snapshot().phase === 'awaiting-passcode') coming.resolve(true);
            });
          });
      },
    });
    await ward.settled();
    expect(ward.host.calls.filter(({ call }) => call === 'show-window')).toEqual([
      { call: 'show-window', focus: true },
    ]);
  });

  it('shows nothing on a locked desktop, and is greeted when somebody has unlocked it', async () => {
    await open();
    await ward.desktop.lock();
    ward.reader.insert(await newCard());
    await ward.settled();
    expect(ward.snapshot).toMatchObject({ phase: 'locked', readers: [{ phase: 'awaiting-passcode' }, {}] });
    expect(shown()).toEqual({ windows: 0, notified: [] });
    ward.desktop.unlock();
    await ward.drawn();
    expect(shown().windows).toBe(1);
  });

  it('is not greeted when it comes back within its countdown', async () => {
    await open({
      settings: { onInsertion: 'notify' },
      policy: { removal: { 'card-pulled': { graceSeconds: 30 } } },
    });
    const card = await newCard();
    ward.reader.insert(card);
    await ward.signIn();
    const before = ward.host.count('notify');
    ward.reader.pull();
    await ward.phase('grace');
    ward.reader.insert(card);
    await ward.phase('active');
    await ward.settled();
    expect(ward.host.count('notify')).toBe(before);
  });

  it('is greeted anew when its session has ended while it stayed', async () => {
    await open({ policy: { unattended: { remindAfterSeconds: 10, actAfterSeconds: 0 } } });
    ward.reader.insert(await newCard());
    await ward.signIn();
    const { number } = ward.snapshot.call;
    ward.idle.goIdle();
    await ward.phase('locked');
    expect(ward.snapshot).toMatchObject({
      readers: [{ phase: 'awaiting-passcode' }, {}],
      call: { number: number + 1 },
    });
  });

  it('keeps two cards apart: each is greeted for itself', async () => {
    await open();
    ward.reader.insert(await newCard());
    await ward.phase('awaiting-passcode');
    await ward.settled();
    ward.other.insert(await newCard({ person: BEN }));
    await ward.settled();
    expect(ward.snapshot.call.number).toBe(2);
    expect(await ward.verify(TEST_PIN)).toMatchObject({ ok: true });
    await ward.settled();
    expect(ward.snapshot.call.number).toBe(2);
  });
});
