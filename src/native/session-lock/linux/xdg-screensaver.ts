import { findProgram, runCommand } from '../command.ts';
import {
  awaitLocked,
  type LockEvidence,
  type LockMethod,
  type MethodAvailability,
  type MethodResult,
} from '../lock-method.ts';
import { COMMAND_LIMIT_MS } from '../options.ts';

/**
 * xdg-utils' `xdg-screensaver lock`, which knows xscreensaver, xlock and other lockers that are on no bus. It proves
 * nothing by itself: confirmed only if LockedHint or a screen saver on the bus says so.
 */
export class XdgScreensaver implements LockMethod {
  readonly name = 'xdg-screensaver';
  readonly #env: NodeJS.ProcessEnv;
  readonly #limitMs: number;
  readonly #evidence: LockEvidence;

  constructor(env: NodeJS.ProcessEnv, limitMs: number, evidence: LockEvidence) {
    this.#env = env;
    this.#limitMs = limitMs;
    this.#evidence = evidence;
  }

  request(): Promise<MethodResult> {
    const program = findProgram('xdg-screensaver', this.#env);
    if (program === null) return Promise.resolve({ result: 'failed', detail: 'not installed' });
    const running = runCommand([program, 'lock'], { limitMs: COMMAND_LIMIT_MS, atLimit: 'leave', env: this.#env });
    let ended = false;
    const early = running.then(({ done, detail }): MethodResult | null => {
      ended = true;
      return done ? null : { result: 'failed', detail };
    });
    // Not having another source is this method's usual case, so a lost one is no reason to stop waiting.
    const evidence: LockEvidence = {
      state: () => (this.#evidence.state() === 'locked' ? 'locked' : 'open'),
      onChange: (listener) => this.#evidence.onChange(listener),
    };
    return awaitLocked(evidence, this.#limitMs, early, () =>
      ended ? 'it ended well, but nothing on this desktop proves a lock' : `still running after ${this.#limitMs} ms`,
    );
  }

  availability(): MethodAvailability {
    const program = findProgram('xdg-screensaver', this.#env);
    if (program === null) return { available: false, detail: 'not installed' };
    // Browsers bring xdg-utils to machines that have no desktop at all.
    const screen = this.#env.DISPLAY || this.#env.WAYLAND_DISPLAY;
    return screen ? { available: true, detail: program } : { available: false, detail: 'no screen in this session' };
  }
}
