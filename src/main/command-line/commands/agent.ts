import { FAILURES } from '../../../core/agent/failure-codes.ts';
import { openIdleClock } from '../../../native/idle/idle-clock.ts';
import { openDesktopSession } from '../../../native/session-lock/desktop-session.ts';
import { newsLines } from '../../agent/news-lines.ts';
import { type RunningAgent, startAgent } from '../../agent/start-agent.ts';
import { controlAddress, policyFile, stateFolder } from '../../store/folders.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { fail } from '../output.ts';
import { PatientOutput } from '../patient-output.ts';
import { startCards } from '../start-cards.ts';

/** `wardkey agent`: the agent without a window, for kiosks and thin clients, until it is interrupted or asked to stop. */
export const agent: Command = async (_words, { json, policy }) => {
  const running = await startAgent({
    cards: startCards,
    desktop: openDesktopSession,
    idle: openIdleClock,
    policyFile: policy ?? policyFile(),
    stateFolder: stateFolder(),
    controlAddress: controlAddress(),
  });
  if (running === null) return fail('Agent_AlreadyRunning', { json });
  lockBeforeCrashing(running);
  const out = new PatientOutput(process.stdout);
  const errors = new PatientOutput(process.stderr);
  tell(running, json, out, errors);
  await Promise.race([untilInterrupted(), running.asked]);
  await running.stop();
  await Promise.all([out.end(), errors.end()]);
  return EXIT.ok;
};

function tell({ runtime, onNotice }: RunningAgent, json: boolean, out: PatientOutput, errors: PatientOutput): void {
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
  onNotice(({ code, detail }) => {
    if (json) out.json({ event: 'notice', code, detail });
    else errors.line(`wardkey: ${FAILURES[code].says} ${detail} ${FAILURES[code].next} [${code}]`);
  });
}

/** A fault of our own must not leave the desktop of an active card open: it is locked before the process ends. */
function lockBeforeCrashing({ runtime }: RunningAgent): void {
  const crash = (error: unknown) => {
    process.stderr.write(
      `wardkey: internal error: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}\n`,
    );
    void runtime.lockIfActive().finally(() => process.exit(EXIT.internal));
  };
  process.once('uncaughtException', crash);
  process.once('unhandledRejection', crash);
}
