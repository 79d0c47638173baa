import { afterEach, describe, expect, it } from 'vitest';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { Ward } from './ward.ts';

let ward: Ward;
afterEach(() => ward.close());

describe('a notice', () => {
  it('that came before the window stands in it', async () => {
    ward = await Ward.open({ policy: { nonsense: true } });
    expect(ward.snapshot.notices).toMatchObject([{ code: 'Policy_Invalid' }]);
  });

  it('stands once, however often its trouble is met, and never says the detail', async () => {
    ward = await Ward.open();
    const { notice } = ward.window.agent;
    notice('Settings_NotSaved', '/home/ada: ENOSPC');
    notice('Settings_NotSaved', '/home/ada: EACCES');
    expect(ward.snapshot.notices).toEqual([{ id: 1, code: 'Settings_NotSaved' }]);
  });

  it('goes when it is dismissed, leaves the others, and comes back with its trouble as another', async () => {
    ward = await Ward.open();
    const { notice } = ward.window.agent;
    notice('Settings_NotSaved', '');
    notice('Settings_Repaired', '');
    await ward.do({ command: 'dismiss-notice', id: 1 });
    expect(ward.snapshot.notices).toEqual([{ id: 2, code: 'Settings_Repaired' }]);
    notice('Settings_NotSaved', '');
    expect(ward.snapshot.notices).toContainEqual({ id: 3, code: 'Settings_NotSaved' });
  });

  it('is left when no window could be shown at the start', async () => {
    ward = await Ward.open({
      opens: true,
      beforeHost: async ({ host }) => {
        host.answers.showWindow = false;
      },
    });
    await ward.drawn();
    expect(ward.snapshot.notices).toMatchObject([{ code: 'Window_NoBrowser' }]);
  });
});

describe('a demonstration', () => {
  it.each([
    ['en', 'Demonstration. '],
    ['cy', 'Arddangosiad. '],
  ] as const)('says so in all that it shows outside its window: %s', async (language, mark) => {
    ward = await Ward.open({ demo: true, settings: { onInsertion: 'notify', language } });
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.settled();
    ward.desktop.lockIsBroken = true;
    await ward.signIn();
    ward.reader.pull();
    await ward.until(({ failedAction }) => failedAction !== null);
    await ward.drawn();
    const titles = ward.host.calls.flatMap((each) => (each.call === 'notify' ? [each.notification.title] : []));
    const tooltips = ward.host.calls.flatMap((each) => (each.call === 'tray' ? [each.tray.tooltip] : []));
    expect(titles.length).toBeGreaterThanOrEqual(2);
    for (const said of [...titles, ...tooltips]) expect(said.startsWith(mark), said).toBe(true);
  });
});
