import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCardProcess } from '../../../native/card-process/card-process-client.ts';
import { lockBeforeCrashing, tellNews } from '../../command-line/agent-lines.ts';
import { EXIT, type ExitCode } from '../../command-line/exit-codes.ts';
import { fail } from '../../command-line/output.ts';
import { PatientOutput } from '../../command-line/patient-output.ts';
import { showRunning } from '../../command-line/show-running.ts';
import { customaryFolders, stateFolder } from '../../store/folders.ts';
import { type RunningWindow, startWindow, WindowNotOpened } from '../../window/start-window.ts';
import { DEMO_SIZE } from '../desktop-host.ts';
import { spawnInUtility, type UtilityProcessApi } from './card-process-utility.ts';
import type { ElectronApi } from './electron-api.ts';
import { openElectronHost } from './electron-host.ts';
import { APP_SCHEME_PRIVILEGES } from './protocol.ts';

/** What the program needs of Electron beyond its host. */
export type ProgramApi = ElectronApi & {
  readonly app: {
    enableSandbox(): void;
    setName(name: string): void;
    setPath(name: 'userData', path: string): void;
    setAppUserModelId(id: string): void;
    requestSingleInstanceLock(): boolean;
    whenReady(): Promise<void>;
    exit(code: number): void;
    on(event: 'second-instance', listener: () => void): unknown;
    readonly commandLine: { getSwitchValue(name: string): string };
  };
  readonly Menu: { setApplicationMenu(menu: null): void };
  readonly protocol: { registerSchemesAsPrivileged(schemes: (typeof APP_SCHEME_PRIVILEGES)[]): void };
  readonly utilityProcess: UtilityProcessApi;
};

export type ProgramOptions = {
  /** The build: electron.js and everything that goes with it. */
  readonly folder: string;
  readonly argv: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
};

/** By this Windows knows whose notifications these are; the same as appId in electron-builder.yml. */
export const APP_ID = 'org.wardkey.agent';

/**
 * Runs Wardkey in Electron until it has ended. All that must be settled before Electron is ready is settled before this first
 * waits; a second start for the same user shows the window of the first, and ends.
 */
export async function runProgram(electron: ProgramApi, options: ProgramOptions): Promise<void> {
  const { app } = electron;
  const wishes = wishesOf(options.argv);
  app.enableSandbox();
  electron.protocol.registerSchemesAsPrivileged([APP_SCHEME_PRIVILEGES]);
  app.setName('Wardkey');
  app.setPath('userData', madeFolder(join(stateFolder(), wishes.demo ? 'electron-demo' : 'electron')));
  if (options.platform === 'win32') app.setAppUserModelId(APP_ID);
  electron.Menu.setApplicationMenu(null);
  if (!app.requestSingleInstanceLock()) {
    app.exit(EXIT.ok);
    return;
  }
  let running: RunningWindow | null = null;
  app.on('second-instance', () => void running?.show());
  await app.whenReady();
  app.exit(
    await run(electron, options, wishes, (started) => {
      running = started;
    }),
  );
}

/** Electron keeps its own things there, and takes only a folder that is there already. */
function madeFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

type Wishes = {
  readonly json: boolean;
  readonly hidden: boolean;
  readonly demo: boolean;
  readonly policy: string | null;
};

async function run(
  electron: ProgramApi,
  options: ProgramOptions,
  { json, hidden, demo, policy }: Wishes,
  onStarted: (running: RunningWindow) => void,
): Promise<ExitCode> {
  const out = new PatientOutput(process.stdout);
  const errors = new PatientOutput(process.stderr);
  const world = demo ? await (await import('../../demo/demo-world.ts')).DemoWorld.open({ desk: true }) : null;
  const folders = world?.folders ?? customaryFolders(policy);
  const parts = world?.parts ?? { cards: () => startCardProcess({ spawn: spawnInUtility(electron.utilityProcess) }) };
  try {
    const running = await startWindow({
      ...parts,
      folders,
      hidden,
      // Before there is a window: a fault while it is made must not leave the desktop of an active card open.
      onAgent: (agent) => {
        lockBeforeCrashing(agent);
        tellNews(agent, json, out, errors);
      },
      openHost: openElectronHost(electron, {
        windowFolder: join(options.folder, 'window'),
        preload: join(options.folder, 'preload.cjs'),
        iconFolder: join(options.folder, 'icons'),
        privateFolder: folders.privatePage,
        platform: options.platform,
        env: options.env,
        ...(demo ? { size: DEMO_SIZE } : {}),
        wayland: runsOnWayland(electron, options),
      }),
    });
    if (running === null) return (await showRunning()) ? EXIT.ok : fail('Agent_AlreadyRunning', { json });
    onStarted(running);
    await running.ended;
    await running.stop();
    await Promise.all([out.end(), errors.end()]);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof WindowNotOpened)) throw error;
    return fail('Window_NotOpened', { json, detail: error.message });
  } finally {
    world?.close();
  }
}

/** Chromium's and Electron's own switches stand among ours: what is not ours is not looked at. */
function wishesOf(argv: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    options: {
      json: { type: 'boolean' },
      hidden: { type: 'boolean' },
      demo: { type: 'boolean' },
      policy: { type: 'string' },
    },
  });
  return {
    json: values.json === true,
    hidden: values.hidden === true,
    demo: values.demo === true,
    policy: typeof values.policy === 'string' ? values.policy : null,
  };
}

function runsOnWayland({ app }: ProgramApi, { platform, env }: ProgramOptions): boolean {
  if (platform !== 'linux' || (env.WAYLAND_DISPLAY ?? '') === '') return false;
  return app.commandLine.getSwitchValue('ozone-platform') !== 'x11';
}
