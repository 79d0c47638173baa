import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeUserFolders } from '../rig/agent-process.ts';
import { Awaited } from './awaited.ts';
import { monotonicMs } from './clock.ts';
import { type LineProcess, startLineProcess } from './line-process.ts';

const WARDKEY = fileURLToPath(new URL('../../out/wardkey.js', import.meta.url));
const EMPTY_PAGE = fileURLToPath(new URL('empty-page.ts', import.meta.url));

/** A program that has a page, and has told where. */
export type PageProgram = {
  /** The page that leads to its own. */
  readonly file: string;
  /** When it was started, and when it told: {@link monotonicMs}. */
  readonly startedAt: number;
  readonly toldAt: number;
  readonly stop: () => Promise<void>;
};

export type WindowOptions = {
  readonly env: NodeJS.ProcessEnv;
  readonly settings: object;
  /** On virtual cards, which the page itself plays with. */
  readonly demo?: boolean;
};

/** `wardkey window --no-open` as it ships, with folders of its own. */
export async function startWindow({ env, settings, demo = false }: WindowOptions): Promise<PageProgram> {
  const user = makeUserFolders();
  user.writeSettings(settings);
  const command = [process.execPath, WARDKEY, 'window', '--no-open', '--json', '--policy', user.policyFile];
  const whole = { PATH: process.env.PATH, LANG: 'en_GB.UTF-8', ...user.env, ...env };
  return start(demo ? [...command, '--demo'] : command, whole, () => user.remove());
}

/** The program with the page of one word. */
export async function startEmptyPage(): Promise<PageProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-floor-'));
  return start([process.execPath, EMPTY_PAGE, folder], { PATH: process.env.PATH }, () =>
    rmSync(folder, { recursive: true, force: true }),
  );
}

async function start(command: readonly string[], env: NodeJS.ProcessEnv, cleanUp: () => void): Promise<PageProgram> {
  const told = new Awaited<string>();
  const page = told.next((line) => line.includes('"page"'), 'the program to tell where its page is');
  const startedAt = monotonicMs();
  const program: LineProcess = startLineProcess(command, env, (line) => told.emit(line));
  const stop = async () => {
    await program.end('SIGTERM');
    cleanUp();
  };
  try {
    const line: { readonly file?: unknown } = JSON.parse(await page);
    return { file: String(line.file), startedAt, toldAt: monotonicMs(), stop };
  } catch (error) {
    await stop();
    throw new Error(program.errorText, { cause: error });
  }
}
