import { join } from 'node:path';
import type {
  ActionOutcome,
  DesktopSession,
  LockOutcome,
  ScreenState,
  SystemRemovalPolicy,
} from '../../../core/contract/desktop-session.ts';
import { askedEvidence } from '../asked-evidence.ts';
import { runCommand } from '../command.ts';
import { awaitLocked, type LockMethod, runLock } from '../lock-method.ts';
import { oneRun } from '../one-run.ts';
import { COMMAND_LIMIT_MS, DEFAULT_CONFIRMATION_LIMIT_MS, type DesktopSessionOptions } from '../options.ts';
import { ScreenWatch } from '../screen-watch.ts';
import { LOGON_UI_KEY, REMOVAL_SERVICE, WINLOGON_KEY, windowsRemovalPolicy } from './removal-policy.ts';
import { WindowsApi } from './windows-api.ts';

/**
 * A Windows desktop: LockWorkStation, confirmed by WTS. Written against the documented API and untested on Windows here.
 * Screen changes made by others are noticed when the state is asked for, not as they happen: that needs a window which
 * receives WM_WTSSESSION_CHANGE, and comes with the completion of this platform.
 */
export class WindowsSession implements DesktopSession {
  readonly lock: () => Promise<LockOutcome>;
  readonly #api = new WindowsApi();
  readonly #env: NodeJS.ProcessEnv;
  readonly #limitMs: number;
  readonly #logOffCommand: readonly string[] | undefined;
  readonly #screen = new ScreenWatch(() => this.#judge());

  private constructor(options: DesktopSessionOptions) {
    this.#env = options.env ?? process.env;
    this.#limitMs = options.confirmationLimitMs ?? DEFAULT_CONFIRMATION_LIMIT_MS;
    this.#logOffCommand = options.logOffCommand;
    this.lock = oneRun(() => this.#lock());
  }

  static async open(options: DesktopSessionOptions): Promise<WindowsSession> {
    return new WindowsSession(options);
  }

  get remote(): boolean {
    return this.#api.remote;
  }

  async #lock(): Promise<LockOutcome> {
    // Asked of Windows at this moment, so there is nothing to ask again.
    if (this.screenState() === 'locked')
      return {
        locked: true,
        attempts: [{ method: 'already-locked', tookMs: 0, result: 'confirmed', detail: null }],
      };
    const outcome = await runLock([this.#lockWorkStation(), this.#runDll32()]);
    this.#screen.look();
    return outcome;
  }

  #lockWorkStation(): LockMethod {
    return {
      name: 'LockWorkStation',
      request: () => {
        const missing = this.#api.missing('LockWorkStation');
        if (missing !== null) return Promise.resolve({ result: 'failed', detail: missing });
        if (!this.#api.lockWorkStation()) return Promise.resolve({ result: 'failed', detail: 'Windows refused' });
        return this.#confirm(Promise.resolve(null));
      },
    };
  }

  /** The same function through Windows' own program, where this process cannot call it. */
  #runDll32(): LockMethod {
    return {
      name: 'rundll32',
      request: () => {
        const program = join(this.#env.SystemRoot ?? 'C:\\Windows', 'System32', 'rundll32.exe');
        const running = runCommand([program, 'user32.dll,LockWorkStation'], { limitMs: this.#limitMs, env: this.#env });
        return this.#confirm(running.then(({ done, detail }) => (done ? null : { result: 'failed' as const, detail })));
      },
    };
  }

  #confirm(early: Parameters<typeof awaitLocked>[2]): ReturnType<typeof awaitLocked> {
    const evidence = askedEvidence(() => this.#api.locked() === true);
    return awaitLocked(evidence, this.#limitMs, early, () => `the session was not locked within ${this.#limitMs} ms`);
  }

  async logOff(): Promise<ActionOutcome> {
    if (this.#logOffCommand !== undefined) return this.run(this.#logOffCommand);
    return this.#api.logOff()
      ? { done: true, detail: null }
      : { done: false, detail: this.#api.missing('ExitWindowsEx') ?? 'Windows refused' };
  }

  async disconnect(): Promise<ActionOutcome> {
    if (!this.remote) return { done: false, detail: 'this session is not a remote one' };
    return this.#api.disconnect()
      ? { done: true, detail: null }
      : { done: false, detail: this.#api.missing('WTSDisconnectSession') ?? 'Windows refused' };
  }

  /** taskkill without /F asks as the close button does; with a filter, finding none is no error. */
  async closeApps(names: readonly string[]): Promise<ActionOutcome> {
    const program = join(this.#env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    const owner = `USERNAME eq ${this.#env.USERNAME ?? ''}`;
    const outcomes = await Promise.all(names.map((name) => this.run([program, '/IM', `${name}.exe`, '/FI', owner])));
    return outcomes.find(({ done }) => !done) ?? { done: true, detail: null };
  }

  async run(command: readonly string[]): Promise<ActionOutcome> {
    const { done, detail } = await runCommand(command, { limitMs: COMMAND_LIMIT_MS, env: this.#env });
    return { done, detail };
  }

  screenState(): ScreenState {
    return this.#screen.look();
  }

  #judge(): ScreenState {
    const locked = this.#api.locked();
    return locked === null ? 'unknown' : locked ? 'locked' : 'unlocked';
  }

  /** Not told here: Electron's powerMonitor tells the host. */
  onResume(): () => void {
    return () => {};
  }

  onScreenState(listener: (state: ScreenState) => void): () => void {
    return this.#screen.onChange(listener);
  }

  async systemRemovalPolicy(): Promise<SystemRemovalPolicy> {
    if (this.#api.missing('RegGetValueW') !== null) return 'unknown';
    return windowsRemovalPolicy({
      scRemoveOption: this.#api.machineText(WINLOGON_KEY, 'ScRemoveOption'),
      serviceRunning: this.#api.serviceRuns(REMOVAL_SERVICE),
      lastLogonProvider: this.#api.machineText(LOGON_UI_KEY, 'LastLoggedOnProvider'),
    });
  }

  async methods(): ReturnType<DesktopSession['methods']> {
    const missing = this.#api.missing('LockWorkStation');
    return [
      { method: 'LockWorkStation', available: missing === null, detail: missing },
      { method: 'rundll32', available: true, detail: null },
    ];
  }

  async close(): Promise<void> {
    this.#screen.close();
  }
}
