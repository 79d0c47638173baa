import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RaDesk } from '../../../src/main/card-desk/ra-desk.ts';
import { issueCard, TEST_PIN } from '../../../src/simulator/pki/issue-card.ts';
import { BEN } from '../../../src/simulator/pki/person.ts';
import { RaDeskStandIn } from '../../rig/ra-desk-stand-in.ts';
import { bytes, Ward, type WardOptions, WRONG } from './ward.ts';

let desk: RaDeskStandIn;
let ward: Ward;
beforeEach(async () => {
  desk = await RaDeskStandIn.start();
});
afterEach(async () => {
  await ward.close();
  await desk.end();
});

const isZero = (secret: Uint8Array) => secret.length > 0 && secret.every((byte) => byte === 0);

/** A workstation with an RA's card in its reader. */
async function open(policy: object = {}, options: WardOptions = {}): Promise<void> {
  ward = await Ward.open({ policy: { desk: desk.policy, ...policy }, ...options });
  ward.reader.insert(await issueCard({ keys: 'p256', person: BEN }));
  await ward.phase('awaiting-passcode');
  await ward.settled();
}

/** Signs in with this passcode, and tells what came of it and of the bytes. */
async function signIn(passcode = TEST_PIN, { lastTry = false, cardId = ward.cardIn(), reader = 'R' } = {}) {
  const secret = bytes(passcode);
  const outcome = await ward.do({ command: 'ra-sign-in', reader, cardId, lastTry }, [secret]);
  return { outcome, overwritten: isZero(secret) };
}

const refused = (code: string) => ({ outcome: { ok: false, code }, overwritten: true });
const DONE = { outcome: { ok: true, value: null }, overwritten: true };
const opened = () => ward.host.calls.flatMap((each) => (each.call === 'open-private' ? [each.address] : []));
const triesLeft = () => ward.snapshot.readers[0]?.card?.triesLeft;

describe('an RA', () => {
  it('is signed in by the own card, and the desk’s page is opened, at the address of the policy and nowhere else', async () => {
    await open();
    expect(ward.snapshot.raDesk).toBe(true);
    expect(await signIn()).toEqual(DONE);
    expect(opened()).toEqual([`${desk.origin}/ra#${desk.handOver}`]);
    expect(ward.host.count('open-address')).toBe(0);
    // It is not a sign-in to the workstation.
    expect(ward.snapshot.phase).toBe('awaiting-passcode');
  });

  it('who is signed in to the workstation stays so: the card is read again, and nothing locks', async () => {
    await open();
    await ward.signIn();
    expect(await signIn()).toEqual(DONE);
    expect(await signIn(WRONG)).toMatchObject({ outcome: { code: 'Passcode_Wrong' } });
    await ward.until(({ readers }) => readers[0]?.slot.kind === 'card' && readers[0].slot.pin?.triesLeft === 2);
    await ward.settled();
    expect(ward.snapshot.phase).toBe('active');
    expect(ward.desktop.screenState()).toBe('unlocked');
  });

  it('hears of each failure, and the passcode is overwritten', async () => {
    await open();
    expect(await signIn('12')).toEqual(refused('Passcode_NotAccepted'));
    expect(await signIn(TEST_PIN, { reader: 'S' })).toEqual(refused('Card_None'));
    expect(desk.asked).toEqual([]);
    expect(await signIn(WRONG)).toEqual({
      outcome: { ok: false, code: 'Passcode_Wrong', triesLeft: 2 },
      overwritten: true,
    });
    await ward.until(({ readers }) => readers[0]?.slot.kind === 'card' && readers[0].slot.pin?.triesLeft === 2);
    desk.refusesWith = 'Desk_TooMany';
    expect(await signIn()).toEqual(refused('Desk_TooMany'));
    desk.refusesWith = 'Desk_SignIn';
    expect(await signIn()).toEqual(refused('Desk_SignInRefused'));
    desk.refusesWith = null;
    ward.host.answers.openPrivate = false;
    expect(await signIn()).toEqual(refused('Desk_PageNotOpened'));
  });

  it('spends no try where the desk is not reached, not trusted, or not named', async () => {
    // Whatever answers there does not show a certificate.
    await open({ desk: { ...desk.policy, address: desk.origin.replace('http:', 'https:') } });
    expect(await signIn(WRONG)).toEqual(refused('Desk_NotTrusted'));
    await ward.close();
    const origin = desk.origin;
    await desk.end();
    desk = await RaDeskStandIn.start();
    await open({ desk: { ...desk.policy, address: origin } });
    expect(await signIn(WRONG)).toEqual(refused('Desk_NotReached'));
    await ward.close();
    await open({ desk: {} });
    expect(ward.snapshot.raDesk).toBe(false);
    expect(await signIn(WRONG)).toEqual(refused('Desk_NotSet'));
    expect(triesLeft()).toBe(3);
    expect(opened()).toEqual([]);
  });

  it('spends the last try only on purpose, and never against the policy', async () => {
    await open();
    await signIn(WRONG);
    await signIn(WRONG);
    expect(await signIn(WRONG)).toMatchObject({ outcome: { code: 'Passcode_LastTry' }, overwritten: true });
    expect(await signIn(TEST_PIN, { lastTry: true })).toEqual(DONE);
    await ward.close();
    await open({ passcode: { lastTry: 'refuse' } });
    await signIn(WRONG);
    await signIn(WRONG);
    expect(await signIn(WRONG, { lastTry: true })).toMatchObject({ outcome: { code: 'Passcode_LastTry' } });
    expect(await signIn(WRONG, { lastTry: true })).toMatchObject({ outcome: { code: 'Passcode_LastTry' } });
  });

  it('is told that the card is blocked, before and after', async () => {
    await open();
    await signIn(WRONG);
    await signIn(WRONG);
    expect(await signIn(WRONG, { lastTry: true })).toMatchObject({ outcome: { code: 'Passcode_Blocked' } });
    // The card was read again: what the window says of it is true.
    await ward.phase('blocked');
    const asked = desk.asked.length;
    expect(await signIn()).toEqual(refused('Passcode_Blocked'));
    expect(desk.asked).toHaveLength(asked);
  });

  it('is never signed in by another card than the passcode was typed for', async () => {
    await open();
    const cardId = ward.cardIn();
    const swap = async () => {
      ward.reader.pull();
      ward.reader.insert(await issueCard({ keys: 'p256' }));
      await ward.phase('awaiting-passcode');
      await ward.settled();
    };
    await swap();
    expect(await signIn(WRONG, { cardId })).toEqual(refused('Card_Changed'));
    // While the desk thinks about it.
    const release = Promise.withResolvers<void>();
    desk.answers = release.promise;
    const signing = signIn(WRONG);
    await swap();
    release.resolve();
    expect(await signing).toEqual(refused('Card_Removed'));
    await ward.settled();
    expect(triesLeft()).toBe(3);
  });

  it('comes one at a time, and not while the card is at work on something else', async () => {
    await open();
    const release = Promise.withResolvers<void>();
    desk.answers = release.promise;
    const first = signIn();
    expect(await signIn()).toEqual(refused('Attempt_InProgress'));
    release.resolve();
    expect(await first).toEqual(DONE);
    expect(opened()).toHaveLength(1);

    ward.reader.arm({ kind: 'stall', at: { ins: 0x20 } });
    const attempt = ward.verify(WRONG);
    expect(await signIn()).toEqual(refused('Attempt_InProgress'));
    ward.reader.pull();
    await attempt;
  });

  it('waits until an unlock has finished with its card', async () => {
    await open();
    const { runtime } = ward;
    const untouched = async () => {
      throw new Error('the card was asked');
    };
    const raDesk = new RaDesk({
      cards: { request: untouched, readAgain: () => undefined },
      state: () => runtime.state,
      unlocking: () => true,
      audit: () => undefined,
    });
    const pin = bytes(TEST_PIN);
    const outcome = await raDesk.signIn({ reader: 'R', cardId: ward.cardIn(), pin, lastTry: false, open: untouched });
    expect(outcome).toEqual({ ok: false, code: 'Attempt_InProgress' });
    expect(isZero(pin)).toBe(true);
    expect(desk.asked).toEqual([]);
  });

  it('gets no page any more from an agent that ends', async () => {
    await open();
    const release = Promise.withResolvers<void>();
    desk.answers = release.promise;
    const secret = bytes(TEST_PIN);
    const signing = ward.do({ command: 'ra-sign-in', reader: 'R', cardId: ward.cardIn(), lastTry: false }, [secret]);
    await ward.window.stop();
    release.resolve();
    expect(await signing).toMatchObject({ ok: false });
    expect(isZero(secret)).toBe(true);
    expect(opened()).toEqual([]);
  });
});

describe('the way of an RA to the desk', () => {
  it('is in the audit with what came of it; neither passcode nor token stand there, in an outcome or in a snapshot', async () => {
    await open();
    const said: unknown[] = [];
    ward.host.view.onChange(() => said.push(ward.snapshot));
    const cardId = ward.cardIn();
    said.push(await signIn(WRONG), await signIn());
    await ward.settled();
    await ward.window.stop();
    const entries = ward.audit
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    const entry = { event: 'ra-sign-in', cardId, reader: 'R' };
    expect(entries).toContainEqual(expect.objectContaining({ ...entry, done: false, code: 'Passcode_Wrong' }));
    expect(entries).toContainEqual(expect.objectContaining({ ...entry, done: true, code: null }));
    const all = `${ward.audit}${JSON.stringify(said)}`;
    for (const secret of [WRONG, TEST_PIN, desk.handOver]) expect(all).not.toContain(secret);
  });
});
