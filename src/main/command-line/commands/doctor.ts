import { openDesktopSession } from '../../../native/session-lock/desktop-session.ts';
import type { Finding } from '../../doctor/diagnosis.ts';
import { examineComputer } from '../../doctor/examine-computer.ts';
import { policyFile, settingsFolder } from '../../store/folders.ts';
import { loadPolicy } from '../../store/policy-source.ts';
import { openSettings } from '../../store/settings.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { startObserver } from '../observer.ts';
import { say, sayJson } from '../output.ts';
import { runningAgent } from '../running-agent.ts';

const SIGN: Record<Finding['state'], string> = { ok: 'ok  ', warning: 'note', failed: 'FAIL', 'not-checked': '-   ' };

/** `wardkey doctor`: everything between a card and a locked desktop, checked in order, each trouble with its fix. Costs no try. */
export const doctor: Command = async (_words, options) => {
  const findings = await examine(options.policy);
  const healthy = findings.every(({ state }) => state !== 'failed');
  if (options.json) sayJson({ ok: healthy, platform: process.platform, findings });
  else {
    for (const { check, state, says, fix, code } of findings) {
      say(
        `${SIGN[state]}  ${check.padEnd(12)}${says}${fix === null ? '' : `\n      ${' '.repeat(12)}${fix} [${code ?? ''}]`}`,
      );
    }
  }
  return healthy ? EXIT.ok : EXIT.failed;
};

async function examine(policyPath: string | null): Promise<Finding[]> {
  const observer = await startObserver(policyPath);
  try {
    await observer.settled();
    const desktop = await openDesktopSession();
    const agent = await runningAgent();
    agent?.close();
    const repaired: string[] = [];
    openSettings(settingsFolder(), ({ file, why }) => repaired.push(`${file}: ${why}`));
    const loaded = await loadPolicy(policyPath ?? policyFile());
    const findings = await examineComputer({
      state: () => observer.runtime.state,
      trust: () => observer.trust(),
      desktop,
      policy: () => loaded,
      settingsProblems: () => repaired,
      agentRuns: agent !== null,
    });
    await desktop.close();
    return findings;
  } finally {
    await observer.stop();
  }
}
