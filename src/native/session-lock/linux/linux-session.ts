import type {
  ActionOutcome,
  DesktopSession,
  LockOutcome,
  ScreenState,
  SystemRemovalPolicy,
} from '../../../core/contract/desktop-session.ts';
import { findProgram, runCommand } from '../command.ts';
import { type LockEvidence, type LockMethod, runLock } from '../lock-method.ts';
import { oneRun } from '../one-run.ts';
import {
  COMMAND_LIMIT_MS,
  DEFAULT_CONFIRMATION_LIMIT_MS,
  type DesktopSessionOptions,
  OPEN_LIMIT_MS,
} from '../options.ts';
import { ScreenWatch } from '../screen-watch.ts';
import { sessionBusAddress, systemBusAddress } from './bus-address.ts';
import { closeApps } from './close-apps.ts';
import { gnomeRemovalPolicy } from './gnome-removal-policy.ts';
import { Logind } from './logind.ts';
import { ScreenSavers } from './screensavers.ts';
import { XdgScreensaver } from './xdg-screensaver.ts';

/**
 * A Linux desktop. Locks by logind, then the desktops' screen savers, then `xdg-screensaver`; each only until its
 * confirmation limit. Works, and says what is missing, also where there is no bus at all.
 */
export class LinuxSession implements DesktopSession {
  readonly lock: () => Promise<LockOutcome>;
  readonly #env: NodeJS.ProcessEnv;
  readonly #limitMs: number;
  readonly #logOffCommand: readonly string[] | undefined;
  readonly #logind: Logind;
  readonly #savers: ScreenSavers;
  readonly #screen: ScreenWatch;

  private constructor(options: DesktopSessionOptions) {
    const { env = process.env, session, log = () => {}, logOffCommand } = options;
    this.#env = env;
    this.#limitMs = options.confirmationLimitMs ?? DEFAULT_CONFIRMATION_LIMIT_MS;
    this.#logOffCommand = logOffCommand;
    const confirmationLimitMs = this.#limitMs;
    this.#logind = new Logind({ address: systemBusAddress(env), env, session, confirmationLimitMs, log });
    this.#savers = new ScreenSavers({
      address: sessionBusAddress(env),
      confirmationLimitMs,
      lockedHint: this.#logind,
      log,
    });
    this.#screen = new ScreenWatch(() => this.#judge());
    // Not async up to the first request: runLock writes it before it returns.
    this.lock = oneRun(() => (this.screenState() === 'locked' ? this.#alreadyLocked() : runLock(this.#methods())));
    this.#logind.onChange(() => this.#screen.look());
    this.#savers.onChange(() => this.#screen.look());
  }

  static async open(options: DesktopSessionOptions): Promise<LinuxSession> {
    const session = new LinuxSession(options);
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, OPEN_LIMIT_MS);
    const found = Promise.all([session.#logind.firstAttempt, session.#savers.firstAttempt]);
    await Promise.race([found, limit.promise]);
    clearTimeout(timer);
    return session;
  }

  get remote(): boolean {
    // xrdp's sessions are local ones to logind.
    return this.#logind.session?.remote === true || Boolean(this.#env.XRDP_SESSION);
  }

  /** Asks once more before doing nothing: an unlock may lie unread in the socket, and trusting it would lose a lock. */
  async #alreadyLocked(): Promise<LockOutcome> {
    const start = performance.now();
    const locked =
      this.#logind.state() === 'locked' ? await this.#logind.readLockedHint() : await this.#savers.readLocked();
    if (locked !== true) return runLock(this.#methods());
    const tookMs = performance.now() - start;
    return { locked: true, attempts: [{ method: 'already-locked', tookMs, result: 'confirmed', detail: null }] };
  }

  *#methods(): Generator<LockMethod> {
    const logindMissing = this.#logind.unavailable !== null;
    yield this.#logind;
    const logindLost = this.#logind.unavailable !== null;
    yield* this.#savers.running();
    yield new XdgScreensaver(this.#env, this.#limitMs, this.#evidence());
    // logind was not there when it was asked, or went away while it worked; by now it may be back.
    if (logindMissing || logindLost) yield this.#logindAgain();
  }

  #logindAgain(): LockMethod {
    const logind = this.#logind;
    return {
      name: logind.name,
      request: async () => {
        await logind.ready(this.#limitMs);
        return logind.request();
      },
    };
  }

  /** LockedHint, or a screen saver that turns active from now on. */
  #evidence(): LockEvidence {
    const activeBefore = this.#savers.active ?? false;
    return {
      state: () => (this.#logind.state() === 'locked' || (!activeBefore && this.#savers.active) ? 'locked' : 'open'),
      onChange: (listener) => {
        const stops = [this.#logind.onChange(listener), this.#savers.onChange(listener)];
        return () => {
          for (const stop of stops) stop();
        };
      },
    };
  }

  async logOff(): Promise<ActionOutcome> {
    return this.#logOffCommand === undefined ? this.#logind.terminate() : this.run(this.#logOffCommand);
  }

  async disconnect(): Promise<ActionOutcome> {
    if (!this.remote) return { done: false, detail: 'this session is not a remote one' };
    // xrdp's own tool ends the connection of the session that it runs in; other remote desktops offer none.
    const program = this.#env.XRDP_SESSION ? findProgram('xrdp-dis', this.#env) : null;
    if (program === null) return { done: false, detail: 'this remote desktop offers no way to disconnect' };
    return this.run([program]);
  }

  async closeApps(names: readonly string[]): Promise<ActionOutcome> {
    return closeApps(names);
  }

  async run(command: readonly string[]): Promise<ActionOutcome> {
    const { done, detail } = await runCommand(command, { limitMs: COMMAND_LIMIT_MS, env: this.#env });
    return { done, detail };
  }

  screenState(): ScreenState {
    return this.#screen.look();
  }

  #judge(): ScreenState {
    if (this.#logind.state() === 'locked' || this.#savers.locked) return 'locked';
    const active = this.#savers.active;
    if (active === true) return 'screensaver';
    const told = active === false || typeof this.#logind.session?.lockedHint === 'boolean';
    return told ? 'unlocked' : 'unknown';
  }

  onScreenState(listener: (state: ScreenState) => void): () => void {
    return this.#screen.onChange(listener);
  }

  onResume(listener: () => void): () => void {
    return this.#logind.onResume(listener);
  }

  systemRemovalPolicy(): Promise<SystemRemovalPolicy> {
    return gnomeRemovalPolicy(this.#env, (name) => this.#savers.isOwned(name));
  }

  async methods(): ReturnType<DesktopSession['methods']> {
    const { session, unavailable } = this.#logind;
    return [
      {
        method: this.#logind.name,
        available: session !== null,
        detail:
          session === null
            ? unavailable
            : `session ${session.id} (${session.type}); needs a screen locker that listens`,
      },
      ...this.#savers.availability(),
      { method: 'xdg-screensaver', ...new XdgScreensaver(this.#env, this.#limitMs, this.#evidence()).availability() },
    ];
  }

  async close(): Promise<void> {
    this.#screen.close();
    this.#logind.close();
    this.#savers.close();
  }
}
