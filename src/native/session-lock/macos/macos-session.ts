import { existsSync } from 'node:fs';
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
import { MacosApi } from './macos-api.ts';

/** Programs that lead to a locked screen, tried in order when login.framework does not do it. */
const PROGRAMS = [
  // The login window, as by fast user switching; gone from newer systems.
  {
    name: 'CGSession',
    command: ['/System/Library/CoreServices/Menu Extras/User.menu/Contents/Resources/CGSession', '-suspend'],
  },
  // These two lock only where "require password" is set to do so at once; the confirmation tells.
  { name: 'ScreenSaverEngine', command: ['/usr/bin/open', '-a', 'ScreenSaverEngine'] },
  { name: 'pmset displaysleepnow', command: ['/usr/bin/pmset', 'displaysleepnow'] },
] as const;

/** Apple event "log out" without its question, to the login window. */
const LOG_OFF = ['/usr/bin/osascript', '-e', 'tell application "loginwindow" to «event aevtrlgo»'];
const REMOVAL_ACTION = ['/usr/bin/defaults', 'read', 'com.apple.security.smartcard', 'tokenRemovalAction'];
const DEFAULTS_LIMIT_MS = 2_000;

/**
 * A macOS desktop: SACLockScreenImmediate of the private login.framework, confirmed by the session dictionary. Written
 * against public knowledge and untested on macOS here. Screen changes made by others are noticed when the state is asked
 * for; the distributed notification com.apple.screenIsLocked comes with the completion of this platform.
 */
export class MacosSession implements DesktopSession {
  readonly lock: () => Promise<LockOutcome>;
  /** macOS has no remote sessions of its own; screen sharing shows the local one. */
  readonly remote = false;
  readonly #api = new MacosApi();
  readonly #env: NodeJS.ProcessEnv;
  readonly #limitMs: number;
  readonly #logOffCommand: readonly string[];
  readonly #screen = new ScreenWatch(() => this.#judge());

  private constructor(options: DesktopSessionOptions) {
    this.#env = options.env ?? process.env;
    this.#limitMs = options.confirmationLimitMs ?? DEFAULT_CONFIRMATION_LIMIT_MS;
    this.#logOffCommand = options.logOffCommand ?? LOG_OFF;
    this.lock = oneRun(() => this.#lock());
  }

  static async open(options: DesktopSessionOptions): Promise<MacosSession> {
    return new MacosSession(options);
  }

  async #lock(): Promise<LockOutcome> {
    // Asked of macOS at this moment, so there is nothing to ask again.
    if (this.screenState() === 'locked')
      return {
        locked: true,
        attempts: [{ method: 'already-locked', tookMs: 0, result: 'confirmed', detail: null }],
      };
    const outcome = await runLock(this.#lockMethods());
    this.#screen.look();
    return outcome;
  }

  *#lockMethods(): Generator<LockMethod> {
    yield {
      name: 'SACLockScreenImmediate',
      request: () => {
        const missing = this.#api.missing('SACLockScreenImmediate');
        if (missing !== null) return Promise.resolve({ result: 'failed', detail: missing });
        if (!this.#api.lockScreen()) return Promise.resolve({ result: 'failed', detail: 'macOS refused' });
        return this.#confirm(Promise.resolve(null));
      },
    };
    for (const { name, command } of PROGRAMS) {
      if (!existsSync(command[0])) continue;
      yield {
        name,
        request: () => {
          const running = runCommand(command, { limitMs: COMMAND_LIMIT_MS, atLimit: 'leave', env: this.#env });
          return this.#confirm(
            running.then(({ done, detail }) => (done ? null : { result: 'failed' as const, detail })),
          );
        },
      };
    }
  }

  #confirm(early: Parameters<typeof awaitLocked>[2]): ReturnType<typeof awaitLocked> {
    const evidence = askedEvidence(() => this.#api.locked() === true);
    return awaitLocked(evidence, this.#limitMs, early, () => `the screen was not locked within ${this.#limitMs} ms`);
  }

  logOff(): Promise<ActionOutcome> {
    return this.run(this.#logOffCommand);
  }

  async disconnect(): Promise<ActionOutcome> {
    return { done: false, detail: 'macOS has no remote sessions to disconnect' };
  }

  /** Quitting by name, as the Dock does; an application that is not running is not started for it. */
  async closeApps(names: readonly string[]): Promise<ActionOutcome> {
    const quit = 'on run {name}\nif application name is running then tell application name to quit\nend run';
    const outcomes = await Promise.all(names.map((name) => this.run(['/usr/bin/osascript', '-e', quit, name])));
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

  /** `tokenRemovalAction` 1 starts the screen saver (macOS 10.13.4 and later), for the card of the login only. */
  async systemRemovalPolicy(): Promise<SystemRemovalPolicy> {
    const { done, output } = await runCommand(REMOVAL_ACTION, {
      limitMs: DEFAULTS_LIMIT_MS,
      env: this.#env,
      outputLimit: 100,
    });
    // `defaults` fails where the key is not set.
    return done && output.trim() === '1' ? 'screensaver' : 'none';
  }

  async methods(): ReturnType<DesktopSession['methods']> {
    const missing = this.#api.missing('SACLockScreenImmediate');
    return [
      { method: 'SACLockScreenImmediate', available: missing === null, detail: missing },
      ...PROGRAMS.map(({ name, command: [program] }) => {
        const available = existsSync(program);
        return { method: name, available, detail: available ? null : 'not on this system' };
      }),
    ];
  }

  async close(): Promise<void> {
    this.#screen.close();
  }
}
