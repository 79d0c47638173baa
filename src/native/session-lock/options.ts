export type SessionLog = (level: 'info' | 'warning' | 'error', message: string) => void;

export type DesktopSessionOptions = {
  /** Addresses of the buses, the display, the login: `process.env` unless told. */
  readonly env?: NodeJS.ProcessEnv;
  /** logind's name of the session to lock, instead of the one that this process belongs to. */
  readonly session?: string;
  /** How long each method may take until its effect is confirmed, in milliseconds: 2000 unless told. */
  readonly confirmationLimitMs?: number;
  /** Ends the login in place of the system's own way: an absolute path and arguments. */
  readonly logOffCommand?: readonly string[];
  readonly log?: SessionLog;
};

export const DEFAULT_CONFIRMATION_LIMIT_MS = 2_000;
/** How long opening may wait for what is there; what comes later is met when it comes. */
export const OPEN_LIMIT_MS = 1_500;
export const COMMAND_LIMIT_MS = 30_000;
