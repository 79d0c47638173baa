import { afterEach, describe, expect, it } from 'vitest';
import type { ViewCommand, ViewCommandName } from '../../../src/core/contract/view.ts';
import { issueCard, TEST_PIN } from '../../../src/simulator/pki/issue-card.ts';
import { BEN } from '../../../src/simulator/pki/person.ts';
import { bytes, Ward, WRONG } from './ward.ts';

let ward: Ward;
afterEach(() => ward.close());

/** One of each command that has no business with a passcode, or has none while no card is being unlocked. */
const WITHOUT: {
  [Name in Exclude<ViewCommandName, 'attempt' | 'ra-sign-in'>]: Extract<ViewCommand, { command: Name }>;
} = {
  'unlock-start': { command: 'unlock-start', reader: 'R', cardId: '0'.repeat(32), way: 'self-service' },
  'unlock-address': { command: 'unlock-address', cardId: '0'.repeat(32) },
  'unlock-code': { command: 'unlock-code', cardId: '0'.repeat(32) },
  'unlock-passcode': { command: 'unlock-passcode', cardId: '0'.repeat(32) },
  'unlock-cancel': { command: 'unlock-cancel', cardId: '0'.repeat(32) },
  'unlock-retry': { command: 'unlock-retry', cardId: '0'.repeat(32) },
  'lock-now': { command: 'lock-now' },
  'read-again': { command: 'read-again', reader: 'R' },
  'still-here': { command: 'still-here' },
  'dismiss-alert': { command: 'dismiss-alert', id: 'none' },
  'dismiss-notice': { command: 'dismiss-notice', id: 0 },
  'open-page': { command: 'open-page', page: 'help' },
  'set-preference': { command: 'set-preference', change: { name: 'pad', value: true } },
  introduced: { command: 'introduced' },
  attended: { command: 'attended', attended: true },
  diagnose: { command: 'diagnose' },
  'make-report': { command: 'make-report' },
  quit: { command: 'quit' },
  demo: { command: 'demo', deed: { deed: 'reset' } },
};

const NEW = '864209';
const isZero = (secret: Uint8Array) => secret.length > 0 && secret.every((byte) => byte === 0);

/** Tries these passcodes, and tells what came of it and of the bytes. */
async function attempt(kind: 'verify' | 'change', passcodes: readonly string[], reader = 'R') {
  const secrets = passcodes.map(bytes);
  const outcome = await ward.do(
    { command: 'attempt', kind, reader, cardId: ward.cardIn(reader), lastTry: false },
    secrets,
  );
  return { outcome, overwritten: secrets.every(isZero) };
}

describe('a passcode', () => {
  it.each(Object.values(WITHOUT))('that comes with $command is overwritten before anything else', async (command) => {
    ward = await Ward.open();
    const secrets = [bytes(TEST_PIN), bytes(NEW)];
    const answered = ward.do(command, secrets);
    expect(secrets.every(isZero)).toBe(true);
    await answered;
  });

  it('is overwritten after a try that was too early, wrong, impossible, and right', async () => {
    ward = await Ward.open();
    await ward.phase('no-card');
    expect(await attempt('verify', [TEST_PIN])).toEqual({
      outcome: { ok: false, code: 'Card_None' },
      overwritten: true,
    });
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.phase('awaiting-passcode');
    expect(await attempt('verify', [WRONG])).toEqual({
      outcome: { ok: false, code: 'Passcode_Wrong', triesLeft: 2 },
      overwritten: true,
    });
    expect(await attempt('verify', ['12'])).toMatchObject({
      outcome: { code: 'Passcode_NotAccepted' },
      overwritten: true,
    });
    expect(await attempt('verify', [TEST_PIN])).toEqual({ outcome: { ok: true, value: null }, overwritten: true });
  });

  it('is overwritten, old and new, after a change that was refused or done', async () => {
    ward = await Ward.open();
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.phase('awaiting-passcode');
    expect(await attempt('change', [TEST_PIN, '123456'])).toMatchObject({
      outcome: { code: 'Passcode_TooSimple' },
      overwritten: true,
    });
    expect(await attempt('change', [TEST_PIN, NEW])).toEqual({ outcome: { ok: true, value: null }, overwritten: true });
    expect(await attempt('verify', [NEW])).toMatchObject({ outcome: { ok: true } });
  });

  it('is overwritten when it is for a reader that is not there', async () => {
    ward = await Ward.open();
    expect(await attempt('verify', [TEST_PIN], 'nowhere')).toMatchObject({ outcome: { ok: false }, overwritten: true });
  });

  it.each(['verify', 'change'] as const)(
    'is tried on no other card than the one it was typed for: %s',
    async (kind) => {
      ward = await Ward.open();
      ward.reader.insert(await issueCard({ keys: 'p256' }));
      await ward.phase('awaiting-passcode');
      const cardId = ward.cardIn();
      ward.reader.pull();
      ward.reader.insert(await issueCard({ keys: 'p256', person: BEN }));
      await ward.phase('awaiting-passcode');
      await ward.settled();
      const secrets = [bytes(WRONG), ...(kind === 'change' ? [bytes(NEW)] : [])];
      expect(await ward.do({ command: 'attempt', kind, reader: 'R', cardId, lastTry: false }, secrets)).toEqual({
        ok: false,
        code: 'Card_Changed',
      });
      expect(secrets.every(isZero)).toBe(true);
      expect(ward.snapshot.readers[0]?.card?.triesLeft).toBe(3);
      expect(await attempt(kind, kind === 'verify' ? [WRONG] : [WRONG, NEW])).toMatchObject({
        outcome: { code: 'Passcode_Wrong', triesLeft: 2 },
      });
    },
  );

  it('is overwritten when its card is taken away meanwhile', async () => {
    ward = await Ward.open();
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.phase('awaiting-passcode');
    await ward.settled();
    ward.reader.arm({ kind: 'stall', at: { ins: 0x20 } });
    const lost = bytes(TEST_PIN);
    const attempted = {
      command: 'attempt',
      kind: 'verify',
      reader: 'R',
      cardId: ward.cardIn(),
      lastTry: false,
    } as const;
    const answered = ward.do(attempted, [lost]);
    ward.reader.pull();
    expect(await answered).toEqual({ ok: false, code: 'Card_Removed' });
    // The answer comes with the removal; the operation that held the passcode ends right behind it.
    await ward.drawn();
    expect(isZero(lost)).toBe(true);
  });

  it('stands neither in the snapshot nor in anything that the desktop shows', async () => {
    ward = await Ward.open({ settings: { onInsertion: 'notify' } });
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.phase('awaiting-passcode');
    const said: string[] = [];
    ward.host.view.onChange(() => said.push(JSON.stringify(ward.snapshot)));
    await attempt('verify', [WRONG]);
    await attempt('change', [TEST_PIN, NEW]);
    await attempt('verify', [NEW]);
    await ward.drawn();
    const all = `${said.join('\n')}${JSON.stringify(ward.host.calls)}`;
    expect(all).toContain('active');
    for (const secret of [WRONG, TEST_PIN, NEW]) expect(all).not.toContain(secret);
  });
});
