import type { Policy } from '../../../core/agent/policy.ts';
import { openBrowserHost } from '../../host/browser/browser-host.ts';
import { DEMO_SIZE } from '../../host/desktop-host.ts';
import { customaryFolders } from '../../store/folders.ts';
import { startWindow, WindowNotOpened } from '../../window/start-window.ts';
import { lockBeforeCrashing, tellNews } from '../agent-lines.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { fail } from '../output.ts';
import { PatientOutput } from '../patient-output.ts';
import { showRunning } from '../show-running.ts';
import { startCards } from '../start-cards.ts';

/** `wardkey window`: the agent with its window in a browser, until it is interrupted or asked to stop. */
export const window: Command = async (_words, { json, policy, hidden, noOpen, demo }) => {
  const out = new PatientOutput(process.stdout);
  const errors = new PatientOutput(process.stderr);
  const world = demo ? await (await import('../../demo/demo-world.ts')).DemoWorld.open({ desk: true }) : null;
  const folders = world?.folders ?? customaryFolders(policy);
  const parts = world?.parts ?? { cards: startCards };
  const interrupted = untilInterrupted();
  let policyOf: (() => Policy) | null = null;
  try {
    const running = await startWindow({
      ...parts,
      folders,
      hidden,
      onAgent: (agent) => {
        policyOf = () => agent.runtime.state.policy;
        lockBeforeCrashing(agent);
        tellNews(agent, json, out, errors);
      },
      openHost: openBrowserHost({
        openWindows: !noOpen,
        launchFolder: folders.launch,
        privateFolder: folders.privatePage,
        profileFolder: folders.browserProfile,
        ...(demo ? { size: DEMO_SIZE, demo } : {}),
        browser: () => policyOf?.().window.browser ?? null,
        onPage: (file) => {
          if (json) out.json({ event: 'page', file });
          else if (noOpen) out.line(`Open this file in a browser: ${file}`);
        },
      }),
    });
    if (running === null) return (await showRunning()) ? EXIT.ok : fail('Agent_AlreadyRunning', { json });
    await Promise.race([interrupted, running.ended]);
    await running.stop();
    await Promise.all([out.end(), errors.end()]);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof WindowNotOpened)) throw error;
    return fail('Window_NotOpened', { json, detail: error.message });
  } finally {
    world?.close();
  }
};
