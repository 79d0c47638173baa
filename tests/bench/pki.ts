import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alone, runBench } from './bench-run.ts';
import { measureChainKind } from './pki-beside-openssl.ts';

/**
 * `npm run bench:pki`: certificates judged a second, and a large revocation list, beside OpenSSL in one process on the same
 * bytes in the same run.
 */
const DEFAULTS = { leaves: 500, entries: 100_000, rounds: 7 };

await runBench('Certificates', DEFAULTS, async (run) => {
  const folder = await mkdtemp(join(tmpdir(), 'wardkey-pki-'));
  run.undo(() => rm(folder, { recursive: true, force: true }));
  for (const kind of ['rsa-2048', 'p-256'] as const) {
    await alone(run, (part) => measureChainKind(part, kind, join(folder, kind)));
  }
});
