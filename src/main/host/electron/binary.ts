import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, normalize, sep } from 'node:path';
import * as v from 'valibot';

/**
 * Electron's program on this machine. Its npm package is small and comes from the registry; the program behind it is fetched
 * from elsewhere, by the package's own install.js, which a network may refuse.
 */

export type ElectronPackage = { readonly folder: string; readonly version: string };

const ManifestSchema = v.object({ version: v.pipe(v.string(), v.regex(/^[0-9A-Za-z.+-]{1,64}$/)) });

/** @param from the folder whose program would use it */
export function findElectronPackage(from: string): ElectronPackage | null {
  try {
    const manifest = createRequire(join(from, 'x.js')).resolve('electron/package.json');
    const { version } = v.parse(ManifestSchema, JSON.parse(readFileSync(manifest, 'utf8')));
    return { folder: dirname(manifest), version };
  } catch {
    return null;
  }
}

/** The program, absolute; null unless all of it is here: a fetching that was cut short leaves a part. */
export function findBinary({ folder, version }: ElectronPackage): string | null {
  try {
    if (
      readFileSync(join(folder, 'dist', 'version'), 'utf8')
        .trim()
        .replace(/^v/, '') !== version
    )
      return null;
    const inside = normalize(readFileSync(join(folder, 'path.txt'), 'utf8').trim());
    if (inside.split(sep).includes('..')) return null;
    const program = join(folder, 'dist', inside);
    return existsSync(program) ? program : null;
  } catch {
    return null;
  }
}

export type DownloadOptions = {
  readonly electron: ElectronPackage;
  readonly env: NodeJS.ProcessEnv;
  /** One line for the user. */
  readonly say: (line: string) => void;
  readonly limitMs?: number;
  readonly progressMs?: number;
};

const LIMIT_MS = 60_000;
const PROGRESS_MS = 10_000;
const MAX_COMPLAINT = 4000;

/** One attempt to fetch the program. Resolves with null when it is here, else with why it is not: one short line. */
export async function downloadBinary(options: DownloadOptions): Promise<string | null> {
  const { electron, env, say, limitMs = LIMIT_MS, progressMs = PROGRESS_MS } = options;
  say(`fetching Electron ${electron.version} once (at most ${seconds(limitMs)} s) ...`);
  const began = performance.now();
  const progress = setInterval(
    () => say(`still fetching Electron (${seconds(performance.now() - began)} s) ...`),
    progressMs,
  );
  try {
    const failure = await runInstaller(electron.folder, env, limitMs);
    if (failure !== null) return failure;
    return findBinary(electron) === null ? 'what came is not whole' : null;
  } finally {
    clearInterval(progress);
  }
}

function runInstaller(folder: string, env: NodeJS.ProcessEnv, limitMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, 'install.js')], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
    });
    // Whoever ends this program does not want it to go on fetching.
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    let complaint = '';
    let tooLong = false;
    const limit = setTimeout(() => {
      tooLong = true;
      child.kill('SIGKILL');
    }, limitMs);
    const done = (failure: string | null) => {
      clearTimeout(limit);
      process.removeListener('exit', endWithUs);
      resolve(failure);
    };
    child.stderr.on('data', (text: Buffer) => {
      complaint = (complaint + text.toString('utf8')).slice(0, MAX_COMPLAINT);
    });
    child.once('error', (error) => done(inOneLine(error.message)));
    child.once('close', (code) => {
      if (code === 0) done(null);
      else if (tooLong) done(`it took longer than ${seconds(limitMs)} s`);
      else done(inOneLine(complaint));
    });
  });
}

/** The first line of an error names it; the rest is where it arose. */
function inOneLine(text: string): string {
  const [first = ''] = text.trim().split('\n');
  const line = first.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').replace(/^(?:\w*Error: )+/, '');
  return line.trim().slice(0, 160) || 'no reason given';
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

const FailureSchema = v.object({
  version: v.string(),
  at: v.pipe(v.number(), v.finite()),
  why: v.pipe(v.string(), v.maxLength(200)),
});

/** The last attempt to fetch this version, if it failed; null as well when the note cannot be read. */
export function rememberedFailure(file: string, { version }: ElectronPackage): { at: number; why: string } | null {
  try {
    const note = v.safeParse(FailureSchema, JSON.parse(readFileSync(file, 'utf8')));
    return note.success && note.output.version === version ? { at: note.output.at, why: note.output.why } : null;
  } catch {
    return null;
  }
}

/** Notes how the attempt ended. That no note can be kept only means that the next start tries again. */
export function rememberAttempt(file: string, { version }: ElectronPackage, failure: string | null, at: number): void {
  try {
    if (failure === null) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ version, at, why: failure })}\n`);
  } catch {
    // Read-only, or full.
  }
}
