import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { makeIcons } from './icons.ts';
import { type BuiltFile, buildView } from './view.ts';

/**
 * `npm run build`: bundles the program into out/. The program's own parts lie flat, so that an entry finds its worker beside
 * it; the window's page is in out/window, that of the card desk in out/ra, pictures are in out/icons. Everything is in the bundle but koffi, whose native part
 * cannot be, and Electron, which brings itself. Says nothing when all is well: commands that build first must not mix the
 * builder's words into their own.
 */

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'out');

const ENTRIES = {
  wardkey: 'src/main/command-line/wardkey.ts',
  launch: 'src/main/launch.ts',
  electron: 'src/main/host/electron/main.ts',
  demo: 'src/main/demo/demo.ts',
  'judge-thread': 'src/main/certificates/judge-thread.ts',
};

/**
 * The card process and its threads share nothing with the rest: in a package they lie beside the archive, whose content the
 * operating system vouches for, and nothing else should.
 */
const CARD_ENTRIES = {
  'card-process': 'src/native/card-process/card-process.ts',
  'reader-watcher': 'src/native/card-process/reader-watcher.ts',
  'card-worker': 'src/native/card-process/card-worker.ts',
};

/** A sandboxed preload is plain JavaScript: one CommonJS file. */
const PRELOAD = { preload: 'src/main/host/electron/preload.ts' };

export async function bundle(): Promise<void> {
  const [program, cards, preload, view, ra] = await Promise.all([
    bundleProgram(ENTRIES, { format: 'esm', ending: 'js', chunks: 'chunk' }),
    bundleProgram(CARD_ENTRIES, { format: 'esm', ending: 'js', chunks: 'card-chunk' }),
    bundleProgram(PRELOAD, { format: 'cjs', ending: 'cjs', chunks: 'preload-chunk' }),
    buildView(join(ROOT, 'src', 'renderer'), 'window'),
    buildView(join(ROOT, 'services', 'card-desk', 'page'), 'ra', '/ra/'),
    makeIcons(join(OUT, 'icons')),
  ]);
  const files = [...program, ...cards, ...preload, ...view, ...ra];
  for (const { name, content } of files) replace(join(OUT, name), content);
  removeOthers(new Set(files.map(({ name }) => name)));
}

type Form = { readonly format: 'esm' | 'cjs'; readonly ending: string; readonly chunks: string };

async function bundleProgram(input: Record<string, string>, { format, ending, chunks }: Form): Promise<BuiltFile[]> {
  const build = await rolldown({
    cwd: ROOT,
    input,
    platform: 'node',
    external: ['koffi', 'electron', /^node:/],
    logLevel: 'warn',
  });
  try {
    const { output } = await build.generate({
      format,
      entryFileNames: `[name].${ending}`,
      chunkFileNames: `${chunks}-[hash].${ending}`,
    });
    return output.map((part) => ({
      name: part.fileName,
      content: Buffer.from(part.type === 'chunk' ? part.code : part.source),
    }));
  } finally {
    await build.close();
  }
}

/** Whole files only, and only those that differ: a program that runs from out/ meanwhile is not cut off. */
function replace(path: string, content: Buffer): void {
  if (existsSync(path) && readFileSync(path).equals(content)) return;
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

/** What an earlier build left. The pictures look after themselves. */
function removeOthers(made: ReadonlySet<string>): void {
  for (const name of readdirSync(OUT, { recursive: true, encoding: 'utf8' })) {
    const path = join(OUT, name);
    if (name.startsWith('icons') || statSync(path).isDirectory()) continue;
    if (!made.has(relative(OUT, path))) rmSync(path, { force: true });
  }
}

if (import.meta.main) await bundle();
