import { afterEach, describe, expect, it } from 'vitest';
import { AGENT_PHASES, type AgentPhase } from '../../../src/core/agent/phases.ts';
import { LANGUAGES, type ViewSnapshot } from '../../../src/core/contract/view.ts';
import { translatorFor } from '../../../src/core/language/translators.ts';
import type { TrayAction, TrayIcon } from '../../../src/main/host/desktop-host.ts';
import { trayOf } from '../../../src/main/window/tray.ts';
import { issueCard } from '../../../src/simulator/pki/issue-card.ts';
import { sampleSnapshot } from '../../rig/view-snapshot.ts';
import { Ward } from './ward.ts';

/** The shape of each state, and what can be done in it besides opening the window. */
const EXPECTED: Record<AgentPhase, { icon: TrayIcon; actions: readonly TrayAction[] }> = {
  starting: { icon: 'busy', actions: [] },
  reading: { icon: 'busy', actions: [] },
  checking: { icon: 'busy', actions: [] },
  'no-service': { icon: 'no-service', actions: [] },
  'no-reader': { icon: 'no-reader', actions: [] },
  'no-card': { icon: 'no-card', actions: [] },
  'awaiting-passcode': { icon: 'passcode', actions: ['change-passcode'] },
  'awaiting-insertion': { icon: 'no-card', actions: ['change-passcode'] },
  active: { icon: 'signed-in', actions: ['lock', 'change-passcode'] },
  blocked: { icon: 'blocked', actions: ['unlock'] },
  mute: { icon: 'trouble', actions: [] },
  unsupported: { icon: 'trouble', actions: [] },
  unreadable: { icon: 'trouble', actions: [] },
  'certificate-trouble': { icon: 'trouble', actions: [] },
  grace: { icon: 'countdown', actions: ['lock'] },
  locked: { icon: 'locked', actions: [] },
};

const ALERT: ViewSnapshot['alerts'][number] = {
  id: '9A fp',
  slot: '9A',
  rung: 30,
  daysLeft: 25,
  notAfter: Date.UTC(2027, 2, 3),
};

const english = translatorFor('en');
const actionsOf = (view: ViewSnapshot) =>
  trayOf(view, english).menu.map((item) => (item === 'separator' ? item : item.action));

describe.each(LANGUAGES)('the tray in %s', (language) => {
  const translator = translatorFor(language);

  it.each(AGENT_PHASES)('says %s by its shape and in words, and offers what makes sense', (phase) => {
    const tray = trayOf(sampleSnapshot({ phase }), translator);
    const { icon, actions } = EXPECTED[phase];
    expect(tray.icon).toBe(icon);
    expect(tray.tooltip).toBe(`Wardkey: ${translator.text(`panel.state.${phase}`)}`);
    expect(tray.menu.map((item) => (item === 'separator' ? item : item.action))).toEqual([
      'open',
      ...actions,
      'separator',
      'services',
      'quit',
    ]);
  });

  it('has words of this language for each state and item, and none twice', () => {
    const trays = AGENT_PHASES.map((phase) => trayOf(sampleSnapshot({ phase, alerts: [ALERT] }), translator));
    expect(new Set(trays.map(({ tooltip }) => tooltip)).size).toBe(AGENT_PHASES.length);
    const labels = trays.flatMap(({ menu }) => menu.flatMap((item) => (item === 'separator' ? [] : [item])));
    for (const { action, label } of labels) {
      expect(label).not.toBe('');
      expect(label).not.toContain('desktop.menu');
      if (language !== 'en') expect(label).not.toBe(english.text(`desktop.menu.${action}`));
    }
  });
});

describe('the tray', () => {
  it('tells a certificate that ends soon while signed in, and offers to renew it first', () => {
    const view = sampleSnapshot({ phase: 'active', alerts: [ALERT] });
    expect(trayOf(view, english).icon).toBe('expiring');
    expect(actionsOf(view).slice(0, 4)).toEqual(['open', 'renew', 'lock', 'change-passcode']);
  });

  it('tells nothing of it during the countdown, which is more urgent', () => {
    const view = sampleSnapshot({ phase: 'grace', alerts: [ALERT] });
    expect(trayOf(view, english).icon).toBe('countdown');
    expect(actionsOf(view)).not.toContain('renew');
  });

  it.each(AGENT_PHASES)('raises the alarm over %s when the desktop could not be locked', (phase) => {
    const view = sampleSnapshot({ phase, failedAction: 'lock' });
    expect(trayOf(view, english)).toMatchObject({
      icon: 'alarm',
      tooltip: 'Wardkey: This computer could not be locked',
    });
    expect(actionsOf(view).slice(0, 2)).toEqual(['open', 'lock']);
  });

  it('offers no end of Wardkey during a countdown, which it would cut short', () => {
    const countdown = { cause: 'card-pulled', action: 'lock', remainingMs: 5_000, totalMs: 10_000 } as const;
    expect(actionsOf(sampleSnapshot({ phase: 'grace', countdowns: [countdown] }))).not.toContain('quit');
  });

  it.each(AGENT_PHASES)('offers no end of Wardkey in %s where the organisation does not allow it', (phase) => {
    const { host } = sampleSnapshot();
    expect(actionsOf(sampleSnapshot({ phase, host: { ...host, mayQuit: false } }))).not.toContain('quit');
  });
});

describe('the tray of a running agent', () => {
  let ward: Ward;
  afterEach(() => ward.close());

  it('follows the card, and is drawn only when it changes', async () => {
    ward = await Ward.open();
    await ward.phase('no-card');
    await ward.drawn();
    ward.reader.insert(await issueCard({ keys: 'p256' }));
    await ward.phase('awaiting-passcode');
    await ward.signIn();
    ward.reader.pull();
    await ward.phase('locked');
    await ward.drawn();
    const icons = ward.host.calls.flatMap((each) => (each.call === 'tray' ? [each.tray.icon] : []));
    expect(icons.filter((icon) => icon !== 'busy')).toEqual(['no-card', 'passcode', 'signed-in', 'locked']);
    for (const [at, icon] of icons.entries()) expect(icon).not.toBe(icons[at + 1]);
  });

  it('is drawn anew when the desktop has lost it', async () => {
    ward = await Ward.open();
    await ward.phase('no-card');
    await ward.drawn();
    const drawn = ward.host.count('tray');
    ward.host.events.onAbilities();
    await ward.drawn();
    expect(ward.host.count('tray')).toBe(drawn + 1);
  });

  it('brings the window with the keyboard when it is chosen, to the place that was chosen', async () => {
    ward = await Ward.open();
    ward.host.events.onTray();
    expect(ward.snapshot.call).toEqual({ number: 1, place: 'home' });
    await ward.drawn();
    for (const action of ['open', 'change-passcode', 'unlock', 'renew', 'services', 'help'] as const) {
      ward.host.events.onMenu(action);
      expect(ward.snapshot.call.place).toBe(action === 'open' ? 'home' : action);
      await ward.drawn();
    }
    const focus = ward.host.calls.flatMap((each) => (each.call === 'show-window' ? [each.focus] : []));
    expect(focus).toEqual(Array(7).fill(true));
  });

  it('locks without bringing the window up', async () => {
    ward = await Ward.open();
    ward.host.events.onMenu('lock');
    await ward.phase('locked');
    expect(ward.host.count('show-window')).toBe(0);
  });

  it('lives on when its window cannot be shown', async () => {
    ward = await Ward.open();
    ward.host.answers.showWindow = Promise.reject(new Error('no folder for the page'));
    ward.host.events.onTray();
    await ward.drawn();
    ward.host.answers.showWindow = true;
    ward.host.events.onTray();
    await ward.drawn();
    expect(ward.host.count('show-window')).toBe(2);
  });
});
