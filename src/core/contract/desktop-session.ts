/** The workstation session as src/native/session-lock offers it to src/main: what locks, and how it is proven. */

export type LockAttempt = {
  /** 'logind', 'org.freedesktop.ScreenSaver', 'xdg-screensaver', 'LockWorkStation', ... */
  readonly method: string;
  /** Milliseconds from the request to the result. */
  readonly tookMs: number;
  readonly result: 'confirmed' | 'unconfirmed' | 'failed';
  readonly detail: string | null;
};

/** `locked`: a method's effect was confirmed by the system, not merely accepted. Every attempt is told for the audit. */
export type LockOutcome = { readonly locked: boolean; readonly attempts: readonly LockAttempt[] };

export type ScreenState = 'locked' | 'unlocked' | 'screensaver' | 'unknown';

/** What the operating system will itself do when its login card is removed; the agent then stands back. */
export type SystemRemovalPolicy = 'none' | 'lock' | 'log-off' | 'disconnect' | 'screensaver' | 'unknown';

export type ActionOutcome = { readonly done: boolean; readonly detail: string | null };

export interface DesktopSession {
  /** Starts the first request synchronously when called; resolves when confirmed, or when every method has failed. Never rejects. */
  lock(): Promise<LockOutcome>;
  logOff(): Promise<ActionOutcome>;
  /** Ends a remote session's connection and leaves its programs running; where there is none, `done` is false. */
  disconnect(): Promise<ActionOutcome>;
  /** Asks every program of this user with one of these names (without path or ending) to close, as its window's close button would. */
  closeApps(names: readonly string[]): Promise<ActionOutcome>;
  /** Runs a program by absolute path without a shell; 30 s at most. */
  run(command: readonly string[]): Promise<ActionOutcome>;
  screenState(): ScreenState;
  /** Tells each change of the screen state; returns how to stop. */
  onScreenState(listener: (state: ScreenState) => void): () => void;
  /** Calls back when the machine has woken from sleep, where the system tells it here; returns how to stop. */
  onResume(listener: () => void): () => void;
  systemRemovalPolicy(): Promise<SystemRemovalPolicy>;
  /** True for a session displayed elsewhere (RDP, logind's Remote). */
  readonly remote: boolean;
  /** Names each method in the order in which `lock` tries it, and what is wrong with it if it cannot be used here. For `wardkey doctor`. */
  methods(): Promise<ReadonlyArray<{ method: string; available: boolean; detail: string | null }>>;
  close(): Promise<void>;
}

/** How long the user has not touched keyboard or mouse; null where this desktop does not tell. */
export interface IdleClock {
  /** Calls back when the user has been idle for `afterMs`, and again when activity returns; event-driven, nothing polls. */
  watch(afterMs: number, onIdle: () => void, onActive: () => void): Promise<() => void>;
  /** Ends its connections; nothing is called back any more. */
  close(): void;
}
