import { readdir } from 'node:fs/promises';
import { errorCode } from '../revocation/fetch-failure.ts';

/**
 * Where pcscd loads drivers of USB readers from. The place is chosen when pcscd is built and no running pcscd tells it, so all
 * that distributions chose are looked at: Debian, Ubuntu, Arch and Alpine; Fedora, RHEL and SUSE; a build of one's own; NixOS.
 */
const FOLDERS = [
  '/usr/lib/pcsc/drivers',
  '/usr/lib64/pcsc/drivers',
  '/usr/local/lib/pcsc/drivers',
  '/var/lib/pcsc/drivers',
];

/** Names of the driver bundles that are installed; null: it cannot be known. */
export type ReaderDrivers = readonly string[] | null;

/**
 * Looks for drivers without running or loading anything. Windows and macOS bring a driver and give it to a reader by their own
 * device management, which cannot be read from files.
 */
export async function findReaderDrivers(
  platform: NodeJS.Platform = process.platform,
  folders: readonly string[] = FOLDERS,
): Promise<ReaderDrivers> {
  if (platform !== 'linux') return null;
  try {
    const found = await Promise.all(folders.map(bundlesIn));
    return [...new Set(found.flat())].toSorted();
  } catch {
    return null;
  }
}

/** A folder that is not there holds none; one that may not be read may hold any. */
async function bundlesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.bundle'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
