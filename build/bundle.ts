import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * `npm run build`: bundles the program into out/, one flat folder so that an entry finds its worker beside it. Everything is
 * in the bundle but koffi, whose native part cannot be. Says nothing when all is well: commands that build first must not
 * mix the builder's words into their own.
 */

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'out');

const ENTRIES = {
  wardkey: 'src/main/command-line/wardkey.ts',
  demo: 'src/main/demo/demo.ts',
  'card-process': 'src/native/card-process/card-process.ts',
  'reader-watcher': 'src/native/card-process/reader-watcher.ts',
  'card-worker': 'src/native/card-process/card-worker.ts',
};

export async function bundle(): Promise<void> {
  const build = await rolldown({
    cwd: ROOT,
    input: ENTRIES,
    platform: 'node',
    external: ['koffi', /^node:/],
    logLevel: 'warn',
  });
  try {
    const { output } = await build.generate({
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunk-[hash].js',
    });
    mkdirSync(OUT, { recursive: true });
    for (const part of output)
      replace(join(OUT, part.fileName), Buffer.from(part.type === 'chunk' ? part.code : part.source));
    const made = new Set(output.map(({ fileName }) => fileName));
    for (const name of readdirSync(OUT)) if (!made.has(name)) rmSync(join(OUT, name), { force: true });
  } finally {
    await build.close();
  }
}

/** Whole files only, and only those that differ: a program that runs from out/ meanwhile is not cut off. */
function replace(path: string, content: Buffer): void {
  if (existsSync(path) && readFileSync(path).equals(content)) return;
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

if (import.meta.main) await bundle();
