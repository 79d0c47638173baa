import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { APP_ID, runProgram } from '../../src/main/host/electron/program.ts';
import { PAGE_ADDRESS } from '../../src/main/host/electron/protocol.ts';
import { ElectronStandIn, PreventableEvent } from './electron-stand-in.ts';

// The whole program on the stand-in, with the demo's cards and desktop: everything but Electron is the real thing.

const CRASHES = ['uncaughtException', 'unhandledRejection'] as const;
/** The program answers crashes of its process, which here is that of the tests. */
const before = new Set<unknown>(CRASHES.flatMap((name) => process.rawListeners(name)));

let folder: string;
let electron: ElectronStandIn;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-program-'));
  vi.stubEnv('XDG_STATE_HOME', folder);
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  electron = new ElectronStandIn();
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const name of CRASHES)
    for (const listener of process.rawListeners(name))
      if (!before.has(listener)) process.removeListener(name, listener as () => void);
  rmSync(folder, { recursive: true, force: true });
});

const run = (...argv: string[]) =>
  runProgram(electron, { folder: '/nowhere', argv: ['electron.js', ...argv], platform: 'linux', env: {} });

describe('the program in Electron', () => {
  test('settles before Electron is ready what must be settled then', async () => {
    void run('--demo', '--hidden');
    expect(electron.app.sandboxed).toBe(true);
    expect(electron.protocol.privileged).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
    expect(electron.app.appName).toBe('Wardkey');
    expect(electron.app.paths.get('userData')).toContain('electron-demo');
    expect(electron.Menu.applicationMenus).toEqual([null]);
    expect(electron.windows).toEqual([]);
  });

  test('started a second time leaves it to the first', async () => {
    electron.app.firstInstance = false;
    await run('--demo');
    expect(electron.app.exitCode).toBe(0);
  });

  test('tells Windows who it is', () => {
    void runProgram(electron, { folder: '/nowhere', argv: ['--demo'], platform: 'win32', env: {} });
    expect(electron.app.userModelId).toBe(APP_ID);
  });

  test('runs from ready to quit: tray, window at a second start, and the end in order', async () => {
    const ended = run('--demo', '--hidden', '--json', '--inspect=0', '--some-switch-of-chromium');
    electron.app.ready.resolve();
    await vi.waitFor(() => expect(electron.trays).toHaveLength(1), 15_000);
    expect(electron.windowsOf(PAGE_ADDRESS)).toEqual([]);
    electron.app.emit('second-instance');
    await vi.waitFor(() => expect(electron.windows).toHaveLength(1));
    const quit = new PreventableEvent();
    electron.app.emit('before-quit', quit);
    expect(quit.prevented).toBe(true);
    await ended;
    expect(electron.app.exitCode).toBe(0);
    expect(electron.trays[0]?.destroyed).toBe(true);
    expect(electron.ipcMain.handlers.size).toBe(0);
  });

  test('that can be given no window tells so, and ends', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.spyOn(electron.session, 'fromPartition').mockImplementation(() => {
      throw new Error('no session for the page');
    });
    const ended = run('--demo', '--hidden');
    electron.app.ready.resolve();
    await ended;
    expect(electron.app.exitCode).toBe(1);
    expect(said.mock.calls.flat().join('')).toContain('(no session for the page)');
    said.mockRestore();
  });

  test('locks before it crashes also while its window is being made', async () => {
    const guards = () => process.listenerCount('unhandledRejection');
    const guardsBefore = guards();
    let guardsAtWindow = guardsBefore;
    const fromPartition = electron.session.fromPartition.bind(electron.session);
    vi.spyOn(electron.session, 'fromPartition').mockImplementation((...asked) => {
      guardsAtWindow = guards();
      return fromPartition(...asked);
    });
    const ended = run('--demo', '--hidden');
    electron.app.ready.resolve();
    await vi.waitFor(() => expect(electron.trays).toHaveLength(1), 15_000);
    expect(guardsAtWindow).toBe(guardsBefore + 1);
    electron.app.emit('before-quit', new PreventableEvent());
    await ended;
  });
});
