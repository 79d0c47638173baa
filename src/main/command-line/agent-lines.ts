import { FAILURES } from '../../core/agent/failure-codes.ts';
import { newsLines } from '../agent/news-lines.ts';
import type { RunningAgent } from '../agent/start-agent.ts';
import { EXIT } from './exit-codes.ts';
import type { PatientOutput } from './patient-output.ts';

/** What a running agent says on its standard output, with or without a window. */
export function tellNews(
  { runtime, onNotice }: RunningAgent,
  json: boolean,
  out: PatientOutput,
  errors: PatientOutput,
): void {
  const lineOf = newsLines();
  let phase = '';
  if (json) out.json({ event: 'started', pid: process.pid });
  runtime.listen((news) => {
    const line = lineOf(news);
    if (line === null) return;
    if (json) out.json(line);
    else if (line.event === 'state' && line.phase !== phase) {
      phase = String(line.phase);
      out.line(`Wardkey: ${phase}`);
    }
  });
  onNotice(({ code, detail, until }) => {
    if (json) out.json({ event: 'notice', code, detail, ...(until === undefined ? {} : { until }) });
    else errors.line(`wardkey: ${FAILURES[code].says} ${detail} ${FAILURES[code].next} [${code}]`);
  });
}

/** A fault of our own must not leave the desktop of an active card open: it is locked before the process ends. */
export function lockBeforeCrashing({ runtime }: RunningAgent): void {
  const crash = (error: unknown) => {
    process.stderr.write(
      `wardkey: internal error: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}\n`,
    );
    void runtime.lockIfActive().finally(() => process.exit(EXIT.internal));
  };
  process.once('uncaughtException', crash);
  process.once('unhandledRejection', crash);
}
