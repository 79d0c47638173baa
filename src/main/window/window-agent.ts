import type { AgentEffect, AttemptResult } from '../../core/agent/effects.ts';
import { codeOfCardFailure, type FailureCode } from '../../core/agent/failure-codes.ts';
import type { CardPhase } from '../../core/agent/phases.ts';
import type { OrganisationPage } from '../../core/agent/policy-names.ts';
import type { AgentState } from '../../core/agent/state.ts';
import { agentPhase, phaseOf } from '../../core/agent/status.ts';
import type { DemoDeed, DemoView } from '../../core/contract/demo.ts';
import type { PreferenceChange, ViewCommand, ViewOutcome, ViewPlace, ViewSnapshot } from '../../core/contract/view.ts';
import type { Translator } from '../../core/language/translator.ts';
import { translatorFor } from '../../core/language/translators.ts';
import { monotonicMs } from '../../native/card-process/monotonic.ts';
import type { AgentNews } from '../agent/agent-runtime.ts';
import type { Notice, RunningAgent } from '../agent/start-agent.ts';
import type { DesktopHost, HostEvents, TrayAction, ViewService } from '../host/desktop-host.ts';
import type { Store } from '../store/repaired-store.ts';
import type { Settings } from '../store/settings.ts';
import { alertOf, type StandingAlert, stillStanding } from './alerts.ts';
import { NOTICE_KEYS, noticeOf } from './desktop-notices.ts';
import type { Examination } from './examination.ts';
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

/** A card in one of these wants its user now. */
const WANTS_ITS_USER: ReadonlySet<CardPhase> = new Set([
  'awaiting-passcode',
  'blocked',
  'certificate-trouble',
  'unreadable',
]);

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
  private alerts: readonly StandingAlert[] = [];
  private notices: ReadonlyArray<Notice & { readonly id: number }> = [];
  private noticeNumber = 0;
  private call: SnapshotParts['call'] = { number: 0, place: 'home' };
  private startAtLogin = false;
  /** The stays whose card has been brought to the user's notice. */
  private greeted: ReadonlySet<string> = new Set();
  private countdownShown = false;
  private reminded = false;
  private lastTray = '';
  private drawing = false;

  constructor(options: WindowAgentOptions) {
    this.options = options;
    const { agent, demo } = options;
    agent.onNotice((notice) => this.noticed(notice));
    this.endings.push(agent.runtime.listen((news) => this.hear(news)));
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
    await this.host?.showWindow(focus);
  }

  async perform(command: ViewCommand, secrets: readonly Uint8Array[]): Promise<ViewOutcome> {
    if (command.command === 'attempt') return this.attempt(command, secrets);
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
        this.alerts = this.alerts.filter(({ id }) => id !== command.id);
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
    { kind, reader, lastTry }: Extract<ViewCommand, { command: 'attempt' }>,
    secrets: readonly Uint8Array[],
  ): Promise<ViewOutcome> {
    const result = await this.options.agent.runtime.attempt({ kind, reader, secrets, lastTry });
    return outcomeOf(result);
  }

  private async openPage(page: OrganisationPage): Promise<ViewOutcome> {
    const address = this.options.agent.runtime.state.policy.organisation.pages[page];
    if (address === undefined) return failed('Page_NotSet');
    return (await this.host?.openAddress(address)) === true ? DONE : failed('Page_NotOpened');
  }

  private async setPreference(change: PreferenceChange): Promise<ViewOutcome> {
    if (preferencesOf(this.parts())[change.name].managed) return failed('Setting_Managed');
    if (change.name === 'startAtLogin') {
      if (this.host?.abilities.startAtLogin !== true) return failed('Setting_NotHere');
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
    if (!this.options.agent.runtime.state.policy.window.mayQuit) return failed('Setting_Managed');
    this.options.quit();
    return DONE;
  }

  private parts(): SnapshotParts {
    const { agent, settings, systemLanguages, version, demo } = this.options;
    return {
      state: agent.runtime.state,
      settings: settings.get(),
      startAtLogin: this.startAtLogin,
      alerts: this.alerts,
      notices: this.notices,
      host: this.host,
      call: this.call,
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
    if (effect.type !== 'warn-of-expiry') return;
    this.alerts = [...this.alerts, alertOf(effect)];
    if (this.onInsertion() === 'open') void this.host?.showWindow(false);
    else this.host?.notify(noticeOf.expiry(this.translator(), effect));
  }

  private stateChanged(state: AgentState): void {
    this.alerts = stillStanding(this.alerts, state);
    if (this.alerts.length === 0) this.host?.withdraw(NOTICE_KEYS.expiry);
    this.greet(state);
    this.showCountdown(state.graces.some(({ kind }) => kind === 'countdown'));
    this.remind(state.unattended !== null);
    this.changed();
  }

  /** A card that came in and wants its user: once for each stay. */
  private greet(state: AgentState): void {
    const waiting = new Map<string, CardPhase>();
    for (const reader of state.readers) {
      const phase = phaseOf(state, reader);
      if (reader.slot.kind === 'card' && WANTS_ITS_USER.has(phase))
        waiting.set(`${reader.slot.insertion} ${phase}`, phase);
    }
    const fresh = [...waiting].filter(([stay]) => !this.greeted.has(stay)).map(([, phase]) => phase);
    // What has been greeted stays so while the card is at work, and is forgotten when it has gone.
    const present = new Set(state.readers.flatMap(({ slot }) => (slot.kind === 'card' ? [slot.insertion] : [])));
    this.greeted = new Set(
      [...this.greeted, ...waiting.keys()].filter((stay) => present.has(stay.split(' ', 1)[0] ?? '')),
    );
    if (waiting.size === 0) {
      this.host?.withdraw(NOTICE_KEYS.insertion);
      this.host?.withdraw(NOTICE_KEYS.blocked);
    }
    const [phase] = fresh;
    if (phase === undefined || this.host === null || agentPhase(state) === 'locked') return;
    const way = this.onInsertion();
    if (way === 'open') void this.show('home', false);
    if (way !== 'notify') return;
    this.host.notify(phase === 'blocked' ? noticeOf.blocked(this.translator()) : noticeOf.insertion(this.translator()));
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
    this.host.showCountdown();
    if (!this.host.abilities.everyDisplay) this.host.notify(noticeOf.countdown(this.translator()));
  }

  private remind(unattended: boolean): void {
    if (unattended === this.reminded || this.host === null) return;
    this.reminded = unattended;
    if (!unattended) {
      this.host.withdraw(NOTICE_KEYS.unattended);
      return;
    }
    void this.host.showWindow(false);
    this.host.notify(noticeOf.unattended(this.translator()));
  }

  private noticed(notice: Notice): void {
    // What has a screen of its own is not repeated as a notice.
    if (notice.code === 'Card_Unattended') return;
    if (notice.code === 'Lock_Failed' || notice.code === 'Action_Failed') {
      this.host?.notify(noticeOf.failed(this.translator()));
      return;
    }
    if (this.notices.some(({ code }) => code === notice.code)) return;
    this.notices = [...this.notices, { ...notice, id: ++this.noticeNumber }];
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

  /** The organisation's word on starting at login is carried out at each start; the user's is the desktop's own setting. */
  private async applyStartAtLogin(): Promise<void> {
    const { host } = this;
    if (host === null || !host.abilities.startAtLogin) return;
    const wanted = this.options.agent.runtime.state.policy.window.startAtLogin;
    this.startAtLogin = await host.startsAtLogin();
    if (wanted !== undefined && wanted !== this.startAtLogin && (await host.setStartAtLogin(wanted))) {
      this.startAtLogin = wanted;
    }
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
