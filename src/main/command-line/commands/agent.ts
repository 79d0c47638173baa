import { openIdleClock } from '../../../native/idle/idle-clock.ts';
import { openDesktopSession } from '../../../native/session-lock/desktop-session.ts';
import { startAgent } from '../../agent/start-agent.ts';
import { controlAddress, policyFile, stateFolder } from '../../store/folders.ts';
import { lockBeforeCrashing, tellNews } from '../agent-lines.ts';
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
  tellNews(running, json, out, errors);
  await Promise.race([untilInterrupted(), running.asked]);
  await running.stop();
  await Promise.all([out.end(), errors.end()]);
  return EXIT.ok;
};
