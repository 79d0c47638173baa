import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('every parser of hostile bytes stands a short fuzzing (npm run fuzz does more)', { timeout: 120_000 }, () => {
  const fuzz = fileURLToPath(new URL('../fuzz/fuzz.ts', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [fuzz, '--seconds', '12', '--json'], { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  expect(status).toBe(0);
});
