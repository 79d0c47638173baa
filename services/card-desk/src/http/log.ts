/**
 * One JSON line for each thing that operators want to know. Only what is named here can be in one: no address of a client,
 * no path (it holds ids), no body, no text of an error that might quote any of them.
 */
export type LogLine = {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly operation?: string;
  readonly status?: number;
  readonly milliseconds?: number;
  readonly code?: string;
  readonly request?: string;
  readonly where?: readonly string[];
  readonly address?: string;
  readonly count?: number;
};
export type Log = (line: LogLine) => void;

export function jsonLog(write: (text: string) => void, now: () => Date): Log {
  return (line) => write(`${JSON.stringify({ at: now().toISOString(), ...line })}\n`);
}

/** Where an error came from, without its message: messages of a database quote values. */
export function traceOf(error: unknown): Pick<LogLine, 'code' | 'where'> {
  if (!(error instanceof Error)) return { code: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
  const where = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return { code, where };
}
