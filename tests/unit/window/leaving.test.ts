import { afterEach, describe, expect, it } from 'vitest';
import { Ward } from './ward.ts';

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
