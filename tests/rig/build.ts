import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import config from '../../rolldown.config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Builds out/ once before the integration tests, as `npm run build` does, so that they meet the program as it ships.
 * Files are replaced one by one and only when they differ: a program that runs from out/ meanwhile is not cut off.
 */
export default async function build(): Promise<void> {
  const { output, input, ...options } = { input: {}, ...config };
  const entries = Object.entries(input).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && existsSync(join(ROOT, entry[1])),
  );
  if (entries.length === 0) return;
  const bundle = await rolldown({ ...options, cwd: ROOT, input: Object.fromEntries(entries), logLevel: 'warn' });
  try {
    const { cleanDir: _, ...plain } = { cleanDir: true, ...(Array.isArray(output) ? output[0] : output) };
    const built = await bundle.generate({ ...plain, cleanDir: false });
    const folder = join(ROOT, plain.dir ?? 'out');
    mkdirSync(folder, { recursive: true });
    for (const part of built.output) {
      const content = part.type === 'chunk' ? part.code : part.source;
      replace(join(folder, part.fileName), Buffer.from(content));
    }
  } finally {
    await bundle.close();
  }
}

function replace(path: string, content: Buffer): void {
  if (existsSync(path) && readFileSync(path).equals(content)) return;
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}
