import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type AutostartProgram, autostartEntry, entryRuns, HIDDEN_ENTRY } from './desktop-entry.ts';

const FILE = 'wardkey.desktop';
const SIZE_LIMIT = 64 * 1024;

/**
 * Whether the desktop starts the program at login (Desktop Application Autostart Specification): the user's own entry
 * decides, else the one that came with the system. False as well where neither can be read.
 */
export async function startsAtLogin(env: NodeJS.ProcessEnv): Promise<boolean> {
  const own = await readEntry(join(userFolder(env), FILE));
  return own !== null ? entryRuns(own) : systemEntryRuns(env);
}

/**
 * Turns the start at login on or off, whole or not at all. An entry of the system is overridden by a hidden one of the user.
 * False where the file cannot be written, or the command cannot be said in a desktop entry.
 */
export async function setStartAtLogin(
  on: boolean,
  program: AutostartProgram,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const folder = userFolder(env);
  const file = join(folder, FILE);
  const entry = on ? autostartEntry(program) : HIDDEN_ENTRY;
  if (entry === null) return false;
  try {
    if (!on && !(await systemEntryRuns(env))) await rm(file, { force: true });
    else await replaceFile(folder, file, entry);
    return true;
  } catch {
    return false;
  }
}

/** XDG Base Directory Specification: a relative path there is to be ignored. */
function userFolder(env: NodeJS.ProcessEnv): string {
  const config = env.XDG_CONFIG_HOME ?? '';
  return join(isAbsolute(config) ? config : join(env.HOME || homedir(), '.config'), 'autostart');
}

/** The first of the system's folders that has the entry decides. */
async function systemEntryRuns(env: NodeJS.ProcessEnv): Promise<boolean> {
  for (const folder of (env.XDG_CONFIG_DIRS || '/etc/xdg').split(':').filter(isAbsolute)) {
    const entry = await readEntry(join(folder, 'autostart', FILE));
    if (entry !== null) return entryRuns(entry);
  }
  return false;
}

/** null: there is none. What is no file of a sensible size is taken for an empty one, which starts nothing. */
async function readEntry(file: string): Promise<string | null> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size <= SIZE_LIMIT ? await readFile(file, 'utf8') : '';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : '';
  }
}

/** Written beside it and put in its place: a desktop that starts meanwhile reads the old one or the new one. */
async function replaceFile(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Not named *.desktop, or a desktop that starts meanwhile would run it.
  const draft = `${file}.${randomUUID()}.new`;
  try {
    const handle = await open(draft, 'wx', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
