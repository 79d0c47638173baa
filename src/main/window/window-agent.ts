import type { AgentEffect, AttemptResult } from '../../core/agent/effects.ts';
import { codeOfCardFailure, type FailureCode } from '../../core/agent/failure-codes.ts';
import type { OrganisationPage } from '../../core/agent/policy-names.ts';
import { revocationWarningsOver } from '../../core/agent/revocation-warnings.ts';
import { type AgentState, hasActiveCard } from '../../core/agent/state.ts';
import type { DemoDeed, DemoView } from '../../core/contract/demo.ts';
import { isUnlockCommand, type UnlockCommand } from '../../core/contract/unlock.ts';
import type { PreferenceChange, ViewCommand, ViewOutcome, ViewPlace, ViewSnapshot } from '../../core/contract/view.ts';
import type { Translator } from '../../core/language/translator.ts';
import { translatorFor } from '../../core/language/translators.ts';
import { monotonicMs } from '../../native/card-process/monotonic.ts';
import type { AgentNews } from '../agent/agent-runtime.ts';
import type { Notice, RunningAgent } from '../agent/start-agent.ts';
import type { DesktopHost, DesktopNotification, HostEvents, TrayAction, ViewService } from '../host/desktop-host.ts';
import type { Store } from '../store/repaired-store.ts';
import type { Settings } from '../store/settings.ts';
import { Alerts } from './alerts.ts';
import { NOTICE_KEYS, noticeOf, noticeOfCard } from './desktop-notices.ts';
import type { Examination } from './examination.ts';
import { Greetings } from './greetings.ts';
import { trayOf } from './tray.ts';
import { languageInForce, preferencesOf, type SnapshotParts, viewSnapshot } from './view-snapshot.ts';

/** What the demo adds: deeds on virtual readers, and what they look like. */
export type DemoControls = {
  view(): DemoView;
  perform(deed: DemoDeed): void;
  onChange(listener: () => void): () => void;
};

export type WindowAgentOptions = {
  readonly agent: RunningAgent;
  readonly settings: Store<Settings>;
  readonly examination: Examination;
  readonly systemLanguages: readonly string[];
  readonly version: string;
  readonly demo: DemoControls | null;
  /** The user ends Wardkey from the window or the tray. */
  readonly quit: () => void;
};

const DONE = { ok: true, value: null } as const;
const failed = (code: FailureCode) => ({ ok: false, code }) as const;

/**
 * Between the agent and its host: makes the snapshot, does what the view asks, and decides what appears on the desktop and
 * when. Knows no host by name.
 */
export class WindowAgent implements ViewService {
  private readonly options: WindowAgentOptions;
  private readonly listeners = new Set<() => void>();
  private readonly endings: Array<() => void> = [];
  private host: DesktopHost | null = null;
  private readonly alerts = new Alerts();
  private readonly greetings = new Greetings();
  private notices: SnapshotParts['notices'] = [];
  private noticeNumber = 0;
  private call: SnapshotParts['call'] = { number: 0, place: 'home' };
  private startAtLogin = false;
  private startAtLoginByPolicy: boolean | undefined;
  private comingUp: { readonly focus: boolean; readonly shown: Promise<boolean> } | null = null;
  private countdownShown = false;
  private reminded = false;
  private lastTray = '';
  private drawing = false;

  constructor(options: WindowAgentOptions) {
    this.options = options;
    const { agent, demo } = options;
    agent.onNotice((notice) => this.noticed(notice));
    this.endings.push(agent.runtime.listen((news) => this.hear(news)));
    this.endings.push(agent.unlock.onChange(() => this.changed()));
    if (demo !== null) this.endings.push(demo.onChange(() => this.changed()));
  }

  /** What the host calls back; made before the host is. */
  readonly events: HostEvents = {
    onTray: () => void this.show('home'),
    onMenu: (action) => this.menuChosen(action),
    onNotification: (key, action) => this.notificationChosen(key, action),
    onResumed: () => this.options.agent.runtime.resumed(),
    onAbilities: () => {
      this.lastTray = '';
      this.changed();
    },
    onQuit: () => this.options.quit(),
    onLogOut: () => void this.options.agent.runtime.lockIfActive().finally(this.options.quit),
  };

  /** From now on there is a desktop to show things on. */
  async attach(host: DesktopHost): Promise<void> {
    this.host = host;
    await this.applyStartAtLogin();
    this.changed();
    this.stateChanged(this.options.agent.runtime.state);
  }

  close(): void {
    for (const end of this.endings) end();
    this.listeners.clear();
    this.host = null;
  }

  snapshot(): ViewSnapshot {
    return viewSnapshot(this.parts(), monotonicMs());
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Brings the window up at the user's wish. */
  async show(place: ViewPlace, focus = true): Promise<void> {
    this.call = { number: this.call.number + 1, place };
    this.changed();
    await this.bringUp(focus);
  }

  /**
   * The window as it was left. One that is on its way is not asked for again: a browser would open two.
   * Resolves with false when it cannot be shown.
   */
  async bringUp(focus: boolean): Promise<boolean> {
    if (this.host === null) return false;
    if (this.comingUp !== null && (this.comingUp.focus || !focus)) return this.comingUp.shown;
    // A desktop that fails must not end the agent, which would no longer lock.
    const coming = { focus, shown: this.host.showWindow(focus).catch(() => false) };
    this.comingUp = coming;
    const shown = await coming.shown;
    if (this.comingUp === coming) this.comingUp = null;
    // Where it was closed meanwhile, nobody is left to miss it.
    if (!shown && this.host !== null)
      this.tellNotShown(this.host, this.host.name === 'browser' ? 'Window_NoBrowser' : 'Window_NotShown');
    return shown;
  }

  /** Not in the window, which is what is missing: on the desktop, as far as it can say anything. */
  private tellNotShown(host: DesktopHost, code: 'Window_NoBrowser' | 'Window_NotShown'): void {
    this.options.agent.notice(code, '');
    this.notify(host, noticeOf.notShown(this.translator(), code));
  }

  private notify(host: DesktopHost, notification: DesktopNotification): void {
    const { title } = notification;
    const isDemo = this.options.demo !== null;
    host.notify(
      isDemo
        ? { ...notification, title: this.translator().text('desktop.demonstration', { says: title }) }
        : notification,
    );
  }

  async perform(command: ViewCommand, secrets: readonly Uint8Array[]): Promise<ViewOutcome> {
    if (command.command === 'attempt') return this.attempt(command, secrets);
    if (isUnlockCommand(command)) return this.unlock(command, secrets);
    if (command.command === 'ra-sign-in') return this.signInRa(command, secrets);
    for (const secret of secrets) secret.fill(0);
    const { runtime } = this.options.agent;
    switch (command.command) {
      case 'lock-now':
        runtime.lockNow();
        return DONE;
      case 'read-again':
        runtime.readAgain(command.reader);
        return DONE;
      case 'still-here':
        runtime.userIsHere();
        return DONE;
      case 'dismiss-alert':
        this.alerts.dismiss(command.id);
        this.host?.withdraw(NOTICE_KEYS.expiry);
        this.changed();
        return DONE;
      case 'dismiss-notice':
        this.notices = this.notices.filter(({ id }) => id !== command.id);
        this.changed();
        return DONE;
      case 'open-page':
        return this.openPage(command.page);
      case 'set-preference':
        return this.setPreference(command.change);
      case 'introduced':
        this.saveSettings({ introduced: true });
        return DONE;
      case 'attended':
        return DONE;
      case 'diagnose':
        return { ok: true, value: await this.options.examination.examine() };
      case 'make-report': {
        const path = await this.options.examination.report();
        return path === null ? failed('Report_NotSaved') : { ok: true, value: path };
      }
      case 'quit':
        return this.quit();
      case 'demo':
        if (this.options.demo === null) return failed('Setting_NotHere');
        this.options.demo.perform(command.deed);
        return DONE;
    }
  }

  private async attempt(
    { kind, reader, cardId, lastTry }: Extract<ViewCommand, { command: 'attempt' }>,
    secrets: readonly Uint8Array[],
  ): Promise<ViewOutcome> {
    const result = await this.options.agent.runtime.attempt({ kind, reader, cardId, secrets, lastTry });
    return outcomeOf(result);
  }

  private unlock(command: UnlockCommand, secrets: readonly Uint8Array[]): ViewOutcome {
    const refusal = this.unlockStep(command, secrets[0] ?? new Uint8Array());
    for (const secret of secrets) secret.fill(0);
    return refusal === null ? DONE : failed(refusal);
  }

  private unlockStep(command: UnlockCommand, secret: Uint8Array): FailureCode | null {
    const { unlock } = this.options.agent;
    switch (command.command) {
      case 'unlock-start':
        return unlock.start(command.reader, command.cardId, command.way);
      case 'unlock-address':
        return unlock.address(command.cardId, secret);
      case 'unlock-code':
        return unlock.code(command.cardId, secret);
      case 'unlock-passcode':
        return unlock.passcode(command.cardId, secret);
      case 'unlock-cancel':
        return unlock.cancel(command.cardId);
      case 'unlock-retry':
        return unlock.retry(command.cardId);
    }
  }

  private async signInRa(
    { reader, cardId, lastTry }: Extract<ViewCommand, { command: 'ra-sign-in' }>,
    [pin = new Uint8Array(), ...others]: readonly Uint8Array[],
  ): Promise<ViewOutcome> {
    for (const secret of others) secret.fill(0);
    const open = async (address: string) => (await this.host?.openPrivate(address)) === true;
    const outcome = await this.options.agent.raDesk.signIn({ reader, cardId, pin, lastTry, open });
    return outcome.ok ? DONE : outcome;
  }

  private async openPage(page: OrganisationPage): Promise<ViewOutcome> {
    const address = this.options.agent.runtime.state.policy.organisation.pages[page];
    if (address === undefined) return failed('Page_NotSet');
    return (await this.host?.openAddress(address)) === true ? DONE : failed('Page_NotOpened');
  }

  private async setPreference(change: PreferenceChange): Promise<ViewOutcome> {
    if (preferencesOf(this.parts())[change.name].managed) return failed('Setting_Managed');
    if (change.name === 'startAtLogin') {
      if (this.host === null || !this.offersStartAtLogin(this.host)) return failed('Setting_NotHere');
      if (!(await this.host.setStartAtLogin(change.value))) return failed('Settings_NotSaved');
      this.startAtLogin = change.value;
      this.changed();
      return DONE;
    }
    this.saveSettings({ [change.name]: change.value });
    return DONE;
  }

  private saveSettings(change: Partial<Settings>): void {
    const { settings } = this.options;
    settings.set({ ...settings.get(), ...change });
    this.changed();
  }

  private quit(): ViewOutcome {
    const { policy, graces } = this.options.agent.runtime.state;
    if (!policy.window.mayQuit) return failed('Setting_Managed');
    // Whoever walks up to a countdown must not be able to end what counts it down.
    if (graces.length > 0) return failed('Agent_CountsDown');
    this.options.quit();
    return DONE;
  }

  private parts(): SnapshotParts {
    const { agent, settings, systemLanguages, version, demo } = this.options;
    return {
      state: agent.runtime.state,
      settings: settings.get(),
      startAtLogin: this.startAtLogin,
      alerts: this.alerts.standing,
      notices: this.notices,
      host: this.host,
      call: this.call,
      unlock: agent.unlock.view(),
      demo: demo?.view() ?? null,
      systemLanguages,
      version,
    };
  }

  private translator(): Translator {
    return translatorFor(languageInForce(this.parts()));
  }

  private hear(news: AgentNews): void {
    if (news.type === 'effect') this.effectTold(news.effect);
    if (news.type === 'state') this.stateChanged(news.state);
  }

  private effectTold(effect: AgentEffect): void {
    // What appears on the desktop for it waits for the state that it leads to.
    if (effect.type === 'warn-of-expiry') this.alerts.add(effect);
  }

  private stateChanged(state: AgentState): void {
    this.warn(state);
    this.greet(state);
    this.showCountdown(state.graces.some(({ kind }) => kind === 'countdown'));
    this.remind(state.unattended !== null && hasActiveCard(state));
    // A card that could be checked after all, or has gone, is not spoken of as one that could not.
    const over = revocationWarningsOver(state);
    this.notices = this.notices.filter(({ code }) => !over.includes(code));
    // Locked after all: nobody has to do it by hand any more.
    if (state.failedAction === null) this.host?.withdraw(NOTICE_KEYS.failed);
    if (state.policy.window.startAtLogin !== this.startAtLoginByPolicy) void this.applyStartAtLogin();
    this.changed();
  }

  /** A certificate that ends soon: once for each login. On a locked desktop it waits for whoever unlocks it. */
  private warn(state: AgentState): void {
    this.alerts.keepThoseOf(state);
    if (this.alerts.standing.length === 0) this.host?.withdraw(NOTICE_KEYS.expiry);
    if (this.host === null || state.screen === 'locked') return;
    const alert = this.alerts.takeUntold();
    if (alert === null) return;
    if (this.onInsertion() === 'open') void this.bringUp(false);
    else this.notify(this.host, noticeOf.expiry(this.translator(), alert));
  }

  /** A card that came in and wants its user: once for each stay. On a locked desktop it waits, too. */
  private greet(state: AgentState): void {
    const { waiting, fresh } = this.greetings.look(state);
    if (waiting === 0) {
      this.host?.withdraw(NOTICE_KEYS.insertion);
      this.host?.withdraw(NOTICE_KEYS.blocked);
    }
    const [first] = fresh;
    if (first === undefined || this.host === null || state.screen === 'locked') return;
    this.greetings.done(state);
    const way = this.onInsertion();
    if (way === 'open') void this.show('home', false);
    if (way === 'notify') this.notify(this.host, noticeOfCard(this.translator(), first));
  }

  private onInsertion(): Settings['onInsertion'] {
    return preferencesOf(this.parts()).onInsertion.value;
  }

  private showCountdown(running: boolean): void {
    if (running === this.countdownShown || this.host === null) return;
    this.countdownShown = running;
    if (!running) {
      this.host.hideCountdown();
      this.host.withdraw(NOTICE_KEYS.countdown);
      return;
    }
    void this.coverDesktop(this.host);
    if (!this.host.abilities.everyDisplay) this.notify(this.host, noticeOf.countdown(this.translator()));
  }

  private async coverDesktop(host: DesktopHost): Promise<void> {
    const shown = await host.showCountdown().catch(() => false);
    if (!shown && this.countdownShown && this.host === host) this.tellNotShown(host, 'Window_NotShown');
  }

  private remind(unattended: boolean): void {
    if (unattended === this.reminded || this.host === null) return;
    this.reminded = unattended;
    if (!unattended) {
      this.host.withdraw(NOTICE_KEYS.unattended);
      return;
    }
    void this.bringUp(false);
    this.notify(this.host, noticeOf.unattended(this.translator()));
  }

  private noticed({ code, until }: Notice): void {
    // What has a screen of its own is not repeated as a notice.
    if (code === 'Card_Unattended') return;
    if (code === 'Lock_Failed' || code === 'Action_Failed') {
      if (this.host !== null) this.notify(this.host, noticeOf.failed(this.translator()));
      return;
    }
    if (this.notices.some((told) => told.code === code)) return;
    const id = ++this.noticeNumber;
    this.notices = [...this.notices, until === undefined ? { id, code } : { id, code, until }];
    this.changed();
  }

  private menuChosen(action: TrayAction): void {
    switch (action) {
      case 'open':
        void this.show('home');
        return;
      case 'lock':
        this.options.agent.runtime.lockNow();
        return;
      case 'quit':
        this.quit();
        return;
      default:
        void this.show(action);
    }
  }

  private notificationChosen(_key: string, action: string | null): void {
    switch (action) {
      case 'lock':
        this.options.agent.runtime.lockNow();
        return;
      case 'here':
        this.options.agent.runtime.userIsHere();
        return;
      case 'unlock':
      case 'renew':
        void this.show(action);
        return;
      default:
        void this.show('home');
    }
  }

  /** The organisation's word on starting at login is carried out whenever it is given; the user's is the desktop's own setting. */
  private async applyStartAtLogin(): Promise<void> {
    const { host } = this;
    const wanted = this.options.agent.runtime.state.policy.window.startAtLogin;
    if (host === null) return;
    this.startAtLoginByPolicy = wanted;
    if (!this.offersStartAtLogin(host)) return;
    // What this desktop cannot say or do is no reason to have no window.
    this.startAtLogin = await host.startsAtLogin().catch(() => false);
    const other = wanted !== undefined && wanted !== this.startAtLogin;
    if (other && (await host.setStartAtLogin(wanted).catch(() => false))) {
      this.startAtLogin = wanted;
    }
    this.changed();
  }

  /** A demonstration plays on a real desktop, whose start at login is none of its business. */
  private offersStartAtLogin({ abilities }: DesktopHost): boolean {
    return abilities.startAtLogin && this.options.demo === null;
  }

  /** Several changes of one moment are drawn once. */
  private changed(): void {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.drawTray();
      for (const listener of this.listeners) listener();
    });
  }

  private drawTray(): void {
    if (this.host === null) return;
    const tray = trayOf(this.snapshot(), this.translator());
    const drawn = JSON.stringify(tray);
    if (drawn === this.lastTray) return;
    this.lastTray = drawn;
    this.host.setTray(tray);
  }
}

function outcomeOf(result: AttemptResult): ViewOutcome {
  if (result.ok) return DONE;
  if ('code' in result) return failed(result.code);
  const { failure } = result;
  const code = codeOfCardFailure(failure);
  return 'triesLeft' in failure ? { ok: false, code, triesLeft: failure.triesLeft } : failed(code);
}
