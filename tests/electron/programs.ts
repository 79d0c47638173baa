import { globSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary, findElectronPackage } from '../../src/main/host/electron/binary.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Electron as npm's package has fetched it; null: it has not. */
export const ELECTRON_PROGRAM: string | null = electronProgram();

/** What electron-builder has made for this system; null: nothing. */
export const PACKAGED_PROGRAM: string | null = packagedProgram('release');

/**
 * The same package but for one fuse, which lets Playwright look into it: made only to play the journeys on, and shipped to
 * nobody. Null: none was made.
 */
export const JOURNEYS_PROGRAM: string | null = packagedProgram('release-journeys');

function electronProgram(): string | null {
  const electron = findElectronPackage(ROOT);
  return electron === null ? null : findBinary(electron);
}

function packagedProgram(folder: string): string | null {
  const places = {
    linux: `${folder}/linux*-unpacked/wardkey`,
    win32: `${folder}/win*-unpacked/Wardkey.exe`,
    darwin: `${folder}/mac*/Wardkey.app/Contents/MacOS/Wardkey`,
  };
  const place = Object.entries(places).find(([platform]) => platform === process.platform)?.[1];
  const [program] = place === undefined ? [] : globSync(place, { cwd: ROOT });
  return program === undefined ? null : join(ROOT, program);
}
