import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../.cache/rig/', import.meta.url));

/**
 * Compiles a C source beside this file once for each version of its text and flags, and returns the product's path.
 * Several test processes may do this at once: the product appears under its name complete or not at all.
 */
export function compile(source: string, flags: readonly string[], libraries: readonly string[] = []): string {
  const path = fileURLToPath(new URL(source, import.meta.url));
  const version = createHash('sha256')
    .update(readFileSync(path))
    .update(JSON.stringify([flags, libraries]))
    .digest('hex');
  const product = join(CACHE, `${basename(source, '.c')}-${version.slice(0, 16)}`);
  if (existsSync(product)) return product;
  mkdirSync(CACHE, { recursive: true });
  const draft = `${product}.${process.pid}`;
  execFileSync('gcc', ['-O2', '-Wall', '-Wextra', ...flags, '-o', draft, path, ...libraries], { stdio: 'pipe' });
  renameSync(draft, product);
  return product;
}
