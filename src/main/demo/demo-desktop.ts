import type { DesktopSession, LockOutcome, ScreenState } from '../../core/contract/desktop-session.ts';

/** A desktop on paper: the demo must not lock the computer of whoever tries it. */
export class DemoDesktop implements DesktopSession {
  /** Its readers come over a remote connection, so that this can drop. */
  readonly remote = true;
  /** From now on it does not lock any more, as a desktop whose locker has crashed. */
  lockIsBroken = false;
  private screen: ScreenState = 'unlocked';
  private readonly listeners = new Set<(state: ScreenState) => void>();

  async lock(): Promise<LockOutcome> {
    await Promise.resolve();
    if (this.lockIsBroken) {
      return { locked: false, attempts: [{ method: 'demo desktop', tookMs: 0, result: 'failed', detail: 'broken' }] };
    }
    this.show('locked');
    return { locked: true, attempts: [{ method: 'demo desktop', tookMs: 0, result: 'confirmed', detail: null }] };
  }

  unlock(): void {
    this.show('unlocked');
  }

  screenState(): ScreenState {
    return this.screen;
  }

  onScreenState(listener: (state: ScreenState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A desktop on paper never sleeps. */
  onResume(): () => void {
    return () => undefined;
  }

  readonly logOff = notHere;
  readonly disconnect = notHere;
  readonly closeApps = notHere;
  readonly run = notHere;

  async systemRemovalPolicy() {
    return 'none' as const;
  }

  async methods() {
    return [{ method: 'demo desktop', available: true, detail: null }];
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }

  private show(state: ScreenState): void {
    this.screen = state;
    for (const listener of this.listeners) listener(state);
  }
}

const notHere = () => Promise.resolve({ done: false, detail: 'the demo has no desktop to do this to' });
