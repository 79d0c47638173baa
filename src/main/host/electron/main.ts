import {
  app,
  BrowserWindow,
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
} from 'electron';
import { EXIT } from '../../command-line/exit-codes.ts';
import { runProgram } from './program.ts';

/** Entry out/electron.js. */

const electron = {
  app,
  BrowserWindow,
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
};

// Not awaited: Electron is ready only after this module has been read to its end, so that one would wait for the other.
runProgram(electron, {
  folder: import.meta.dirname,
  argv: process.argv.slice(1),
  platform: process.platform,
  env: process.env,
}).catch((error: unknown) => {
  process.stderr.write(
    `wardkey: Something went wrong inside Wardkey (${error instanceof Error ? error.message : 'unknown'}). Tell IT. [Internal]\n`,
  );
  app.exit(EXIT.internal);
});
