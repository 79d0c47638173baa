import type { ExitCode } from './exit-codes.ts';

export type CommandOptions = {
  readonly json: boolean;
  readonly reader: string | null;
  readonly lastTry: boolean;
  readonly policy: string | null;
  /** `window`: waits in the tray until it is wanted. */
  readonly hidden: boolean;
  /** `window`: opens no browser, and tells where the page is. */
  readonly noOpen: boolean;
  /** `window`: on virtual readers and cards. */
  readonly demo: boolean;
  /** `cert check`. */
  readonly examination: ExaminationOptions;
};

/** As they were given; whether they make sense is for the command to say. */
export type ExaminationOptions = {
  readonly anchors: readonly string[];
  readonly intermediates: readonly string[];
  readonly lists: readonly string[];
  readonly ocsp: string | null;
  readonly at: string | null;
  readonly profile: string | null;
  readonly acceptedPolicies: readonly string[];
};

/** One word of `wardkey`: runs to its end, and says what the process exits with. */
export type Command = (words: readonly string[], options: CommandOptions) => Promise<ExitCode>;
