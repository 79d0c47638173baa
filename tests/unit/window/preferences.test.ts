import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PreferenceChange, ViewOutcome } from '../../../src/core/contract/view.ts';
import { Ward, type WardOptions } from './ward.ts';

let ward: Ward;
afterEach(async () => {
  await ward.close();
  vi.unstubAllEnvs();
});

const open = async (options: WardOptions = {}) => {
  ward = await Ward.open(options);
};
const choose = (change: PreferenceChange): Promise<ViewOutcome> => ward.do({ command: 'set-preference', change });
const saved = (): unknown => JSON.parse(readFileSync(join(ward.folder, 'settings', 'settings.json'), 'utf8'));

const CHOICES: readonly PreferenceChange[] = [
  { name: 'language', value: 'cy' },
  { name: 'theme', value: 'dark' },
  { name: 'onInsertion', value: 'nothing' },
  { name: 'pad', value: false },
];

describe('a preference', () => {
  it.each(CHOICES)('is kept, shown and written: $name', async (change) => {
    await open();
    expect(await choose(change)).toEqual({ ok: true, value: null });
    expect(ward.snapshot.preferences[change.name]).toEqual({ value: change.value, managed: false });
    expect(saved()).toMatchObject({ [change.name]: change.value, introduced: true });
  });

  it.each([
    [{ name: 'language', value: 'cy' }, 'en'],
    [{ name: 'theme', value: 'dark' }, 'light'],
    [{ name: 'onInsertion', value: 'nothing' }, 'notify'],
    [{ name: 'startAtLogin', value: false }, true],
  ] as const)('is refused where the organisation has decided: %o', async (change, managed) => {
    await open({ policy: { window: { [change.name]: managed } } });
    const before = saved();
    expect(await choose(change)).toEqual({ ok: false, code: 'Setting_Managed' });
    expect(ward.snapshot.preferences[change.name]).toEqual({ value: managed, managed: true });
    expect(saved()).toEqual(before);
  });

  it('lasts in memory when it cannot be written, and the user hears of it', async () => {
    await open();
    const folder = join(ward.folder, 'settings');
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'no folder any more');
    await choose({ name: 'theme', value: 'dark' });
    expect(ward.snapshot.preferences.theme.value).toBe('dark');
    expect(ward.snapshot.notices).toMatchObject([{ code: 'Settings_NotSaved' }]);
  });

  it('counts as read once the introduction has been', async () => {
    await open({ settings: { introduced: false } });
    expect(ward.snapshot.introduced).toBe(false);
    await ward.do({ command: 'introduced' });
    expect(ward.snapshot.introduced).toBe(true);
    expect(saved()).toMatchObject({ introduced: true });
  });
});

describe('starting at login', () => {
  it('is the desktop’s own setting, and follows the user', async () => {
    await open();
    expect(await choose({ name: 'startAtLogin', value: true })).toEqual({ ok: true, value: null });
    expect(ward.host.startAtLogin).toBe(true);
    expect(ward.snapshot.preferences.startAtLogin).toEqual({ value: true, managed: false });
  });

  it('is shown as the desktop has it', async () => {
    await open({ startAtLogin: true });
    expect(ward.snapshot.preferences.startAtLogin).toEqual({ value: true, managed: false });
    expect(ward.host.count('set-start-at-login')).toBe(0);
  });

  it('is not offered where the desktop has no such thing', async () => {
    await open({ abilities: { startAtLogin: false } });
    expect(await choose({ name: 'startAtLogin', value: true })).toEqual({ ok: false, code: 'Setting_NotHere' });
    expect(ward.host.count('set-start-at-login')).toBe(0);
    expect(ward.snapshot.host.startAtLogin).toBe(false);
  });

  it('is left alone by a demonstration, whoever wants it otherwise', async () => {
    await open({ demo: true, startAtLogin: true, policy: { window: { startAtLogin: false } } });
    expect(ward.host.count('set-start-at-login')).toBe(0);
    expect(ward.snapshot.host.startAtLogin).toBe(false);
    await ward.close();
    await open({ demo: true });
    expect(await choose({ name: 'startAtLogin', value: true })).toEqual({ ok: false, code: 'Setting_NotHere' });
    expect(ward.host.count('set-start-at-login')).toBe(0);
  });

  it('stays as it was when the desktop does not take it', async () => {
    await open();
    ward.host.answers.setStartAtLogin = false;
    expect(await choose({ name: 'startAtLogin', value: true })).toEqual({ ok: false, code: 'Settings_NotSaved' });
    expect(ward.snapshot.preferences.startAtLogin.value).toBe(false);
  });

  it.each([true, false])('is made as the organisation wants it: %s', async (wanted) => {
    await open({ startAtLogin: !wanted, policy: { window: { startAtLogin: wanted } } });
    expect(ward.host.startAtLogin).toBe(wanted);
    expect(ward.snapshot.preferences.startAtLogin).toEqual({ value: wanted, managed: true });
  });

  it('is not made again where it is so already', async () => {
    await open({ startAtLogin: true, policy: { window: { startAtLogin: true } } });
    expect(ward.host.count('set-start-at-login')).toBe(0);
  });

  it('follows a policy that changes while Wardkey runs', async () => {
    await open();
    const { policy } = ward.runtime.state;
    ward.runtime.changePolicy({ ...policy, window: { ...policy.window, startAtLogin: true } });
    await ward.host.until(() => ward.host.startAtLogin);
    await ward.drawn();
    expect(ward.snapshot.preferences.startAtLogin).toEqual({ value: true, managed: true });
  });
});

describe('the language', () => {
  it.each([
    ['the organisation, before all', { policy: 'cy', setting: 'en', system: 'en_GB' }, 'cy'],
    ['the user, where the organisation leaves it', { policy: undefined, setting: 'cy', system: 'en_GB' }, 'cy'],
    ['the system, where the user does', { policy: undefined, setting: 'system', system: 'cy_GB' }, 'cy'],
    ['the system, where the organisation says so', { policy: 'system', setting: 'en', system: 'cy_GB' }, 'cy'],
    [
      'the first of the system’s that is spoken here',
      { policy: undefined, setting: 'system', system: 'fr_FR:cy' },
      'cy',
    ],
    ['English, where the system speaks neither', { policy: undefined, setting: 'system', system: 'fr_FR' }, 'en'],
  ] as const)('is that of %s', async (_, { policy, setting, system }, language) => {
    vi.stubEnv('LANGUAGE', system);
    vi.stubEnv('LC_ALL', '');
    vi.stubEnv('LC_MESSAGES', '');
    vi.stubEnv('LANG', 'en_GB.UTF-8');
    await open({
      settings: { language: setting },
      policy: { window: policy === undefined ? {} : { language: policy } },
    });
    await ward.phase('no-card');
    await ward.drawn();
    expect(ward.snapshot.language).toBe(language);
    expect(ward.host.tray?.tooltip).toContain(language === 'cy' ? 'cerdyn' : 'smartcard');
  });

  it('changes the tray at once when the user chooses another', async () => {
    vi.stubEnv('LANGUAGE', 'en');
    await open();
    await ward.phase('no-card');
    await ward.drawn();
    expect(ward.host.tray?.tooltip).toBe('Wardkey: Put your smartcard in');
    await choose({ name: 'language', value: 'cy' });
    await ward.drawn();
    expect(ward.host.tray?.tooltip).toContain('cerdyn');
  });
});
