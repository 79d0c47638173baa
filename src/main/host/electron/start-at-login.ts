import { setStartAtLogin, startsAtLogin } from '../../../native/linux-desktop/autostart.ts';
import type { ElectronApp } from './electron-api.ts';

/** Wardkey among the programs that start with the desktop. */
export type StartAtLogin = {
  readonly available: boolean;
  isSet(): Promise<boolean>;
  /** Whether it is now as was asked: the system may know better. */
  set(on: boolean): Promise<boolean>;
};

/** At login nobody has asked for the window yet. */
const LOGIN_ARGUMENTS = ['--hidden'] as const;

/** Electron keeps such a list for Windows and macOS; on Linux the desktop's own is written (XDG autostart). */
export function openStartAtLogin(app: ElectronApp, platform: NodeJS.Platform, env: NodeJS.ProcessEnv): StartAtLogin {
  // From source, the entry would start Electron itself and nothing with it.
  if (!app.isPackaged) return UNAVAILABLE;
  switch (platform) {
    case 'win32':
    case 'darwin':
      return loginItem(app);
    case 'linux':
      return autostartEntry(env);
    default:
      return UNAVAILABLE;
  }
}

const UNAVAILABLE: StartAtLogin = { available: false, isSet: async () => false, set: async () => false };

function loginItem(app: ElectronApp): StartAtLogin {
  // Windows compares the arguments as well: without them it would not find what was set.
  const isSet = async () => app.getLoginItemSettings({ args: [...LOGIN_ARGUMENTS] }).openAtLogin;
  return {
    available: true,
    isSet,
    set: async (on) => {
      app.setLoginItemSettings({ openAtLogin: on, args: [...LOGIN_ARGUMENTS] });
      return (await isSet()) === on;
    },
  };
}

function autostartEntry(env: NodeJS.ProcessEnv): StartAtLogin {
  // An AppImage runs from a folder that is gone after it: the file itself is what can be started again.
  const program = { name: 'Wardkey', command: [env.APPIMAGE ?? process.execPath, ...LOGIN_ARGUMENTS] };
  return {
    available: true,
    isSet: () => startsAtLogin(env),
    set: (on) => setStartAtLogin(on, program, env),
  };
}
