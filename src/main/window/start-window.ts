import { join } from 'node:path';
import type { CardHost } from '../../core/contract/card-host.ts';
import type { DesktopSession, IdleClock } from '../../core/contract/desktop-session.ts';
import { openIdleClock } from '../../native/idle/idle-clock.ts';
import { openDesktopSession } from '../../native/session-lock/desktop-session.ts';
import { type RunningAgent, startAgent } from '../agent/start-agent.ts';
import type { DesktopHost, OpenHost } from '../host/desktop-host.ts';
import type { WardkeyFolders } from '../store/folders.ts';
import { openSettings } from '../store/settings.ts';
import { Examination } from './examination.ts';
import { systemLanguages } from './system-languages.ts';
import { VERSION } from './version.ts';
import { type DemoControls, WindowAgent } from './window-agent.ts';

export type StartWindowOptions = {
  readonly openHost: OpenHost;
  readonly cards: () => CardHost;
  /** The desktop that is locked; the machine's own unless told (the demo has one on paper). */
  readonly desktop?: () => Promise<DesktopSession>;
  readonly idle?: () => Promise<IdleClock | null>;
  readonly demo?: DemoControls;
  readonly folders: Pick<WardkeyFolders, 'settings' | 'state' | 'controlAddress' | 'policyFile'>;
  /** Hears of the agent as soon as it runs: a window may take its time. */
  readonly onAgent?: (agent: RunningAgent) => void;
  /** Whether the window shows at once; otherwise it waits in the tray. */
  readonly hidden?: boolean;
};

export type RunningWindow = {
  readonly agent: RunningAgent;
  readonly host: DesktopHost;
  /** Resolves when the user, the desktop or another program wants Wardkey to end. */
  readonly ended: Promise<void>;
  /** Brings the window up as it was left. Resolves with false when it cannot be shown, which the user is told. */
  show(): Promise<boolean>;
  stop(): Promise<void>;
};

/** This desktop could not be given a window. The agent has been ended: nobody would see it, or could end it. */
export class WindowNotOpened extends Error {
  override readonly name = 'WindowNotOpened';
}

/**
 * The agent with a window, in whichever host. Resolves with null when an agent already runs for this user; rejects with a
 * {@link WindowNotOpened} when there can be no window.
 */
export async function startWindow(options: StartWindowOptions): Promise<RunningWindow | null> {
  const { folders } = options;
  let windowAgent: WindowAgent | null = null;
  const agent = await startAgent({
    cards: options.cards,
    desktop: options.desktop ?? openDesktopSession,
    idle: options.idle ?? openIdleClock,
    policyFile: folders.policyFile,
    stateFolder: folders.state,
    controlAddress: folders.controlAddress,
    show: () => void windowAgent?.show('home'),
    language: () => windowAgent?.snapshot().language ?? 'en',
  });
  if (agent === null) return null;
  const ended = Promise.withResolvers<void>();
  void agent.asked.then(ended.resolve);
  try {
    options.onAgent?.(agent);
    const window = windowFor(agent, options, ended.resolve);
    windowAgent = window;
    const host = await options.openHost(window, window.events);
    await window.attach(host);
    // Not waited for: a browser may take its time, and who wants Wardkey to end meanwhile is heard.
    if (options.hidden !== true) void window.bringUp(true);
    return {
      agent,
      host,
      ended: ended.promise,
      show: () => window.bringUp(true),
      stop: async () => {
        // First of all: a browser takes its time to end, and a lock that is owed does not wait for it.
        await agent.runtime.stop();
        window.close();
        await host.close();
        await agent.stop();
      },
    };
  } catch (error) {
    // A session may have begun already, and nobody will watch its card.
    await agent.runtime.lockIfActive();
    await agent.stop();
    throw new WindowNotOpened(error instanceof Error ? error.message : 'unknown', { cause: error });
  }
}

function windowFor(agent: RunningAgent, { folders, demo }: StartWindowOptions, quit: () => void): WindowAgent {
  const settingsProblems: string[] = [];
  const settings = openSettings(folders.settings, ({ kind, file, why }) => {
    settingsProblems.push(`${file}: ${why}`);
    agent.notice(kind === 'repaired' ? 'Settings_Repaired' : 'Settings_NotSaved', `${file}: ${why}`);
  });
  return new WindowAgent({
    agent,
    settings,
    examination: new Examination({
      trust: agent.trust,
      runtime: agent.runtime,
      desktop: agent.desktop,
      policy: agent.policy,
      settingsProblems: () => settingsProblems,
      auditFile: agent.auditFile,
      reportFolder: join(folders.state, 'reports'),
      version: VERSION,
    }),
    systemLanguages: systemLanguages(),
    version: VERSION,
    demo: demo ?? null,
    quit,
  });
}
