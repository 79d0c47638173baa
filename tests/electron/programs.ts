import { globSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary, findElectronPackage } from '../../src/main/host/electron/binary.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Electron as npm's package has fetched it; null: it has not. */
export const ELECTRON_PROGRAM: string | null = electronProgram();

/** What electron-builder has made for this system; null: nothing. */
export const PACKAGED_PROGRAM: string | null = packagedProgram();

function electronProgram(): string | null {
  const electron = findElectronPackage(ROOT);
  return electron === null ? null : findBinary(electron);
}

function packagedProgram(): string | null {
  const places = {
    linux: 'release/linux*-unpacked/wardkey',
    win32: 'release/win*-unpacked/Wardkey.exe',
    darwin: 'release/mac*/Wardkey.app/Contents/MacOS/Wardkey',
  };
  const place = Object.entries(places).find(([platform]) => platform === process.platform)?.[1];
  const [program] = place === undefined ? [] : globSync(place, { cwd: ROOT });
  return program === undefined ? null : join(ROOT, program);
}
