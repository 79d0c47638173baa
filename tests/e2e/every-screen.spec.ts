import type { Locator, Page } from '@playwright/test';
import type { FailureCode } from '../../src/core/agent/failure-codes.ts';
import { WINDOW_NOTICES } from '../../src/core/agent/notice-codes.ts';
import { AGENT_PHASES, type AgentPhase, type CardPhase } from '../../src/core/agent/phases.ts';
import type {
  CardView,
  CertificateView,
  FindingView,
  ViewOutcome,
  ViewSnapshot,
} from '../../src/core/contract/view.ts';
import { en } from '../../src/core/language/en/index.ts';
import { type Clothes, look } from './gallery.ts';
import { blockedCard, READER, type Script, test } from './scripted-agent.ts';
import { expect, heading, PANEL, typePasscode } from './window.ts';

/**
 * Every screen of the window that others of these specs do not come by, on an agent that follows a script: looked at in both
 * languages and both themes. That the real agent leads there is shown elsewhere.
 */

const DAY_MS = 86_400_000;
/** Countdowns stand still while they are looked at: each word of the agent begins them anew. */
const LONG_MS = 290_000;

type Told = Partial<ViewSnapshot>;

const inDays = (days: number) => Date.now() + days * DAY_MS;

const certificate = (differs: Partial<CertificateView> = {}): CertificateView => ({
  slot: '9A',
  holder: 'Ada Lindqvist',
  issuer: 'Wardkey Test Authentication',
  verdict: 'accepted',
  reasons: [],
  judgedBy: 'path',
  revocation: { state: 'good', asOf: Date.now() - 3_600_000 },
  notAfter: inDays(400),
  daysLeft: 400,
  ...differs,
});

const card = (differs: Partial<CardView> = {}): CardView => ({
  ...blockedCard,
  triesLeft: 3,
  certificates: [certificate()],
  ...differs,
});

/** The one card, in this state, and the agent with it. */
const oneCard = (phase: Exclude<CardPhase, 'empty'>, differs: Partial<CardView> = {}): Told => ({
  phase,
  readers: [{ reader: READER, phase, card: card(differs) }],
});

/** A card that could not be read as far as to know whose it is. */
const unknownCard = (phase: Exclude<CardPhase, 'empty'>): Told =>
  oneCard(phase, { cardId: null, triesLeft: null, certificates: [] });

const signedIn = (certificates?: readonly CertificateView[], differs: Partial<CardView> = {}): Told =>
  oneCard('active', {
    activeSince: Date.now() - 3_600_000,
    ...(certificates === undefined ? {} : { certificates: [...certificates] }),
    ...differs,
  });

/** A card that is refused for its sign-in certificate. */
const inTrouble = (trouble: FailureCode, differs: Partial<CertificateView> = {}): Told =>
  oneCard('certificate-trouble', { trouble, certificates: [certificate({ verdict: 'refused', ...differs })] });

const countdown = (
  cause: ViewSnapshot['countdowns'][number]['cause'],
  action: ViewSnapshot['countdowns'][number]['action'],
): Told => ({
  phase: 'grace',
  readers: [{ reader: READER, phase: 'empty', card: null }],
  countdowns: [{ cause, action, remainingMs: LONG_MS, totalMs: 300_000 }],
});

/** What is so unless a screen says otherwise: nothing is in, nothing is wrong. */
const CALM: Told = {
  phase: 'no-card',
  service: 'running',
  screen: 'unlocked',
  readers: [{ reader: READER, phase: 'empty', card: null }],
  countdowns: [],
  unattended: null,
  failedAction: null,
  alerts: [],
  notices: [],
  unlock: null,
};

/** A name for the pictures, and what the agent says. */
type Screen = readonly [name: string, told: Told];

/** At least one screen for each phase. */
const PHASES: Readonly<Record<AgentPhase, readonly Screen[]>> = {
  starting: [['starting', { phase: 'starting', service: 'starting', readers: [] }]],
  'no-service': [['no-service-absent', { phase: 'no-service', service: 'absent', readers: [] }]],
  'no-reader': [['no-reader', { phase: 'no-reader', readers: [] }]],
  'no-card': [['no-card', {}]],
  grace: [
    ['grace-pulled', countdown('card-pulled', 'lock')],
    ['grace-remote', countdown('remote-reader-dropped', 'disconnect')],
    ['grace-service', countdown('service-stopped', 'log-off')],
  ],
  locked: [['locked', { ...signedIn(), phase: 'locked', screen: 'locked' }]],
  mute: [['mute', unknownCard('mute')]],
  reading: [['reading', unknownCard('reading')]],
  unsupported: [['unsupported', unknownCard('unsupported')]],
  unreadable: [['unreadable', unknownCard('unreadable')]],
  'awaiting-passcode': [
    ['awaiting-passcode', oneCard('awaiting-passcode')],
    ['awaiting-passcode-tries-unknown', oneCard('awaiting-passcode', { triesLeft: null })],
  ],
  'awaiting-insertion': [['awaiting-insertion', oneCard('awaiting-insertion')]],
  checking: [['checking', oneCard('checking')]],
  active: [
    ['active', signedIn()],
    ['active-no-certificates', signedIn([])],
  ],
  blocked: [['blocked', oneCard('blocked', { triesLeft: 0 })]],
  'certificate-trouble': [
    ['trouble-expired', inTrouble('Certificate_Expired', { notAfter: inDays(-3), daysLeft: -3 })],
    ['trouble-revoked', inTrouble('Certificate_Revoked', { revocation: { state: 'revoked', asOf: inDays(-2) } })],
    ['trouble-key-mismatch', inTrouble('Certificate_KeyMismatch')],
    [
      'trouble-revocation-stale',
      inTrouble('Certificate_RevocationStale', { revocation: { state: 'stale', asOf: inDays(-30) } }),
    ],
    [
      'trouble-revocation-unknown',
      inTrouble('Certificate_RevocationUnknown', { revocation: { state: 'unknown', asOf: null } }),
    ],
    ['trouble-absent', oneCard('certificate-trouble', { trouble: 'Certificate_Absent', certificates: [] })],
  ],
};

/** What else the panel says, and what stands before it. */
const OTHERS: readonly Screen[] = [
  [
    'certificates',
    signedIn([
      certificate({ revocation: { state: 'good', asOf: inDays(-3) } }),
      certificate({
        slot: '9C',
        revocation: { state: 'stale', asOf: inDays(-30) },
        notAfter: inDays(20),
        daysLeft: 20,
      }),
      certificate({ slot: '9D', verdict: 'refused', revocation: { state: 'revoked', asOf: inDays(-2) } }),
      certificate({ slot: '9E', notAfter: inDays(-1), daysLeft: -1, verdict: 'refused' }),
    ]),
  ],
  ['certificate-not-checked', signedIn([certificate({ revocation: { state: 'unknown', asOf: null } })])],
  [
    'passcode-with-trouble',
    oneCard('awaiting-passcode', {
      trouble: 'Certificate_Expired',
      certificates: [certificate({ verdict: 'refused', notAfter: inDays(-3), daysLeft: -3 })],
    }),
  ],
  ['lock-failed', { ...signedIn(), failedAction: 'lock' }],
  ['unattended-nothing', { ...signedIn(), unattended: { action: 'nothing', remainingMs: LONG_MS, totalMs: 300_000 } }],
  [
    'expiry-several',
    {
      ...signedIn(),
      alerts: [
        { id: 'a', slot: '9A', rung: 1, daysLeft: 0, notAfter: inDays(0) },
        { id: 'b', slot: '9C', rung: 90, daysLeft: 60, notAfter: inDays(60) },
      ],
    },
  ],
];

const NOTICES = WINDOW_NOTICES.map((code, i) => ({ id: i + 1, code }));

const see = (page: Page, script: Script, name: string, still?: Locator) =>
  look({ page, dress: script.dress, ...(still === undefined ? {} : { still }) }, `every-${name}`);
const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });
const main = (page: Page) => page.getByRole('main');

async function seeEach(page: Page, script: Script, screens: readonly Screen[]): Promise<void> {
  for (const [name, told] of screens) {
    script.tell({ ...CALM, ...told });
    await expect(page.locator('h1')).toHaveText(titleOf({ ...CALM, ...told }));
    await see(page, script, name);
  }
}

/** The heading by which a screen is known to be there. */
function titleOf({ phase, countdowns, failedAction, unattended, alerts }: Told): string | RegExp {
  if (countdowns?.length) return /./;
  if (unattended) return en.removal.unattended.title;
  if (alerts?.length) return en.alerts.titleToday;
  if (failedAction) return en.desktop.failed.title;
  return en.panel.state[phase ?? 'no-card'];
}

/** What the agent answers to a command of this name from now on; all others are done. */
function answer(script: Script, name: string, outcome: ViewOutcome): void {
  script.view.answer = ({ command }) => (command === name ? outcome : { ok: true, value: null });
}

test.describe('every screen, in both languages and themes', () => {
  test.beforeEach(() => test.setTimeout(240_000));

  test('each phase of the agent has its screens', async ({ page, script }) => {
    // A phase that is added without one fails here.
    expect(Object.keys(PHASES).toSorted()).toEqual(AGENT_PHASES.toSorted());
    for (const phase of AGENT_PHASES) {
      await test.step(phase, async () => {
        const screens = PHASES[phase];
        for (const [name, told] of screens) expect({ ...CALM, ...told }.phase, name).toBe(phase);
        expect(screens.length).toBeGreaterThan(0);
        await seeEach(page, script, screens);
      });
    }
  });

  test('certificates, a lock that failed, alerts', async ({ page, script }) => {
    await seeEach(page, script, OTHERS);
    await expect(main(page)).toBeHidden();
  });

  test('each notice is told, beside whatever the card wants', async ({ page, script }) => {
    script.tell({ ...CALM, notices: NOTICES });
    const notices = page.getByRole('region', { name: en.panel.noticesTitle });
    for (const code of WINDOW_NOTICES) {
      const { says, next } = en.failures[code];
      await expect(notices).toContainText(`${says} ${next}`);
      await expect(notices).toContainText(code);
    }
    await see(page, script, 'notices');
    script.tell({ ...CALM, ...oneCard('awaiting-passcode'), notices: NOTICES.slice(0, 1) });
    await expect(page.getByLabel('Passcode', { exact: true })).toBeVisible();
    await see(page, script, 'notice-and-passcode');
    script.tell({ ...CALM, ...signedIn(), notices: NOTICES.slice(-2) });
    await expect(heading(page, 'You are signed in')).toBeVisible();
    await see(page, script, 'notices-and-session');
  });

  test('a passcode that was typed wrong, too short, or not at all', async ({ page, script }) => {
    const { organisation, passcode } = script.view.snapshot();
    const wrong = page.locator('[aria-invalid=true]');
    const problem = page.getByRole('alert');
    script.tell({ ...CALM, ...oneCard('awaiting-passcode') });
    await expect(heading(page, 'Enter your passcode')).toBeVisible();
    await page.getByLabel('Passcode', { exact: true }).press('Enter');
    await see(page, script, 'passcode-empty', wrong);
    answer(script, 'attempt', { ok: false, code: 'Passcode_Wrong', triesLeft: 2 });
    await typePasscode(page, '864209');
    await page.keyboard.press('Enter');
    await expect(problem).toContainText('2 tries left');
    await see(page, script, 'passcode-wrong', problem);
    answer(script, 'attempt', { ok: false, code: 'Card_TriesUnknown' });
    await typePasscode(page, '864209');
    await page.keyboard.press('Enter');
    const stop = page.locator('.wk-last-try');
    await expect(stop).toContainText('This could be the last try');
    await see(page, script, 'passcode-tries-unknown', stop);
    script.tell({
      ...CALM,
      ...oneCard('awaiting-passcode', { triesLeft: 1 }),
      passcode: { ...passcode, lastTry: 'refuse' },
      organisation: { ...organisation, name: null },
    });
    await expect(stop).toContainText('does not let the last try be used');
    await see(page, script, 'passcode-last-try-refused', stop);
  });

  test('a passcode that is changed: what is refused here, what the card refuses, and the end', async ({
    page,
    script,
  }) => {
    const chosen = '864209';
    const wrong = page.locator('[aria-invalid=true]');
    const fill = async (old: string, first: string, second: string) => {
      await typePasscode(page, old, 'Your passcode now');
      await typePasscode(page, first, 'New passcode');
      await typePasscode(page, second, 'New passcode again');
      await page.keyboard.press('Enter');
    };
    script.tell({ ...CALM, ...signedIn() });
    await button(page, 'Change passcode').click();
    await fill('482915', '123456', '123456');
    await expect(main(page)).toContainText('too easy to guess.');
    await see(page, script, 'change-too-simple', wrong);
    const again = page.getByLabel('New passcode', { exact: true });
    await again.press('Control+A');
    await fill('', chosen, '864208');
    await expect(main(page)).toContainText('not the same');
    await see(page, script, 'change-mismatch', wrong);
    answer(script, 'attempt', { ok: false, code: 'Passcode_Wrong', triesLeft: 2 });
    await typePasscode(page, chosen, 'New passcode again');
    await page.keyboard.press('Enter');
    const problem = page.getByRole('alert');
    await expect(problem).toContainText('2 tries left');
    await see(page, script, 'change-wrong', problem);
    answer(script, '', { ok: true, value: null });
    await fill('482915', chosen, chosen);
    await expect(heading(page, 'Your passcode is changed')).toBeVisible();
    await see(page, script, 'changed', page.locator('.wk-banner--good'));
    await button(page, 'Done').click();
    script.tell({ ...CALM });
    await expect(heading(page, 'Put your smartcard in')).toBeVisible();
  });

  test('the introduction, screen by screen', async ({ page, script }) => {
    script.tell({ ...CALM, introduced: false });
    const { does, take, help } = en.introduction;
    for (const [i, { title }] of [does, take, help].entries()) {
      if (i > 0) await button(page, 'Continue').click();
      await expect(heading(page, title)).toBeFocused();
      await see(page, script, `introduction-${i + 1}`, page.getByText(new RegExp(`^\\D*${i + 1}\\D*3\\D*$`)));
    }
  });

  test('settings: the user’s own, the organisation’s, and the end of Wardkey', async ({ page, script }) => {
    const { preferences, host } = script.view.snapshot();
    const able = { ...host, startAtLogin: true, tray: true };
    script.tell({ ...CALM, host: able });
    await button(page, 'Settings').click();
    await expect(page.getByRole('radio', { name: 'Cymraeg' })).toBeVisible();
    await see(page, script, 'settings', page.getByRole('radio', { name: 'Cymraeg' }));
    await button(page, 'End Wardkey').click();
    const sure = page.locator('.wk-quit--asked');
    await expect(sure).toContainText('Are you sure you want to end Wardkey?');
    await see(page, script, 'end-asked', sure);
    answer(script, 'quit', { ok: false, code: 'Agent_CountsDown' });
    await sure.getByRole('button', { name: 'End Wardkey' }).click();
    await expect(sure.getByRole('alert')).toContainText('cannot be ended');
    await see(page, script, 'end-refused', sure.getByRole('alert'));

    await button(page, 'Your card').click();
    await button(page, 'Settings').click();
    const all = Object.entries(preferences).map(([name, each]) => [name, { ...each, managed: true }]);
    script.tell({ preferences: Object.fromEntries(all), host: { ...able, mayQuit: false } });
    await expect(page.getByText('Set by your organisation')).toHaveCount(all.length);
    await see(page, script, 'settings-managed', page.locator('.wk-managed').first());

    script.tell({ preferences });
    answer(script, 'set-preference', { ok: false, code: 'Settings_NotSaved' });
    await page.getByRole('radio', { name: 'Do nothing' }).click();
    const problem = page.getByRole('alert');
    await expect(problem).toContainText('Settings could not be saved.');
    await see(page, script, 'settings-not-saved', problem);
  });

  test('the licences of all it is made of, folded and unfolded', async ({ page, script }) => {
    script.tell(CALM);
    await button(page, 'Settings').click();
    await button(page, /About Wardkey/).click();
    await button(page, 'Show the licences').click();
    const list = page.locator('.wk-licences__list');
    await expect(list).toBeFocused();
    const react = list.getByRole('listitem').filter({ hasText: /^react 1/ });
    await react.locator('summary').click();
    await see(page, script, 'licences', react.getByText('Permission is hereby granted'));
  });

  test('diagnostics without the service, the report saved and not saved', async ({ page, script }) => {
    script.tell({ ...CALM, ...PHASES['no-service'][0]?.[1] });
    const rest = (check: FindingView['check']): FindingView => ({
      check,
      state: 'not-checked',
      says: '',
      fix: null,
      code: null,
      detail: null,
    });
    const value: FindingView[] = [
      { ...rest('service'), state: 'failed', code: 'Service_Stopped', detail: 'SCARD_E_NO_SERVICE' },
      rest('reader'),
      rest('card'),
      { ...rest('revocation'), state: 'warning', code: 'Revocation_NotFetched', detail: 'http://ward.example/a.crl' },
      { ...rest('clock'), state: 'ok', detail: '2027-03-03T09:12:00Z' },
      rest('network'),
      { ...rest('agent'), state: 'ok' },
    ];
    let report: ViewOutcome = { ok: true, value: '/home/ada/.local/state/wardkey/reports/wardkey-report-1.json' };
    script.view.answer = ({ command }) =>
      command === 'diagnose' ? { ok: true, value } : command === 'make-report' ? report : { ok: true, value: null };
    await button(page, 'Check this computer').click();
    await expect(main(page)).toContainText('2 things need attention');
    await see(page, script, 'diagnostics-no-service', page.locator('.wk-finding--failed'));
    await button(page, 'Save a report for the help desk').click();
    const saved = page.locator('.wk-path');
    await expect(saved).toContainText('wardkey-report-1.json');
    await see(page, script, 'report-saved', saved);
    report = { ok: false, code: 'Report_NotSaved' };
    await button(page, 'Save a report for the help desk').click();
    const problem = page.getByRole('alert');
    await expect(problem).toContainText('could not be saved');
    await see(page, script, 'report-not-saved', problem);
  });

  test('a page of the organisation that does not open', async ({ page, script }) => {
    const { organisation } = script.view.snapshot();
    script.tell({ ...CALM, ...inTrouble('Certificate_Expired'), organisation: { ...organisation, pages: ['help'] } });
    answer(script, 'open-page', { ok: false, code: 'Page_NotOpened' });
    await main(page).getByRole('button', { name: 'Services and help' }).click();
    const problem = page.getByRole('alert');
    await expect(problem).toContainText('could not be opened');
    await see(page, script, 'page-not-opened', problem);
  });

  test('an agent that does not answer', async ({ page, script }) => {
    let away = false;
    let cut = async () => {};
    await page.routeWebSocket(/^ws:/, (line) => {
      if (away) void line.close();
      else line.connectToServer();
      cut = () => line.close();
    });
    const alarm = page.getByRole('alert').filter({ has: page.locator('h1') });
    // The page keeps what it wore: it is told before the agent goes.
    const dress = async (clothes: Clothes) => {
      away = false;
      script.dress(clothes);
      await page.reload();
      await expect(page.locator('.wk-banner')).toBeVisible();
      await expect(page.locator('html')).toHaveAttribute('lang', clothes.language);
      away = true;
      await cut();
      await expect(alarm).toBeVisible();
    };
    script.tell(CALM);
    await look({ page, dress, still: alarm }, 'every-not-answering');
    await expect(heading(page, 'Wardkey is not answering.')).toBeVisible();
  });

  test('the demonstration’s panel, beside the window and above it', async ({ page, script }) => {
    await page.setViewportSize({ width: 1000, height: 900 });
    script.tell({
      ...CALM,
      ...oneCard('blocked', { triesLeft: 0 }),
      demo: {
        readers: ['blocked', null],
        service: true,
        connected: true,
        desktopLocked: false,
        lockBroken: false,
        graceSeconds: 10,
        passcode: '482915',
        addresses: ['ada.lindqvist@ward.example', '+447700900123'],
        mail: [{ subject: 'Your code', text: 'Your code is 384215.\nIt works for 15 minutes.' }],
      },
    });
    const panel = page.locator('.wk-demo');
    await expect(panel).toContainText('Your code is 384215');
    await see(page, script, 'demo', panel);
    const { demo } = script.view.snapshot();
    if (demo === null) throw new Error('the demonstration was told');
    script.tell({
      demo: { ...demo, service: false, desktopLocked: true, lockBroken: true, mail: [], readers: [null, null] },
    });
    await see(page, script, 'demo-stopped', panel);
    await page.setViewportSize(PANEL);
    await page.reload();
    await expect(panel).toBeVisible();
    await see(page, script, 'demo-narrow', panel);
  });
});
