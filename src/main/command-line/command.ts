import type { ExitCode } from './exit-codes.ts';

export type CommandOptions = {
  readonly json: boolean;
  readonly reader: string | null;
  readonly lastTry: boolean;
  readonly policy: string | null;
};

/** One word of `wardkey`: runs to its end, and says what the process exits with. */
export type Command = (words: readonly string[], options: CommandOptions) => Promise<ExitCode>;
