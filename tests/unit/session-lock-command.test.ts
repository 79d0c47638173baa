import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram, minimalEnvironment, runCommand } from '../../src/native/session-lock/command.ts';

const LIMIT_MS = 5_000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: readonly string[], limitMs = LIMIT_MS, env: NodeJS.ProcessEnv = process.env) =>
  runCommand(command, { limitMs, env, outputLimit: 1_000 });

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A killed process without a parent that waits stays as a zombie until process 1 takes it.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Resolves with the file's text once something complete has been written to it. */
async function written(path: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const look = () => {
    try {
      const text = readFileSync(path, 'utf8');
      if (text.endsWith('\n')) resolve(text.trim());
    } catch {
      // Not there yet.
    }
  };
  const watcher = watch(folder, look);
  look();
  return promise.finally(() => watcher.close());
}

test('a program that ends well is done; one that does not says how it ended', async () => {
  expect(await run(['/bin/true'])).toMatchObject({ done: true, detail: null });
  expect(await run(['/bin/sh', '-c', 'exit 3'])).toMatchObject({ done: false, detail: 'ended with exit code 3' });
  expect(await run(['/bin/sh', '-c', 'kill -9 $$'])).toMatchObject({ done: false, detail: 'ended with SIGKILL' });
});

test('a relative path, an empty command, a missing program and an impossible argument are refused with words', async () => {
  expect(await run(['true'])).toMatchObject({ done: false, detail: 'a command is given by its absolute path' });
  expect(await run([])).toMatchObject({ done: false });
  expect(await run(['/nonexistent/program'])).toMatchObject({ done: false, detail: 'ENOENT' });
  expect(await run(['/bin/echo', 'a\0b'])).toMatchObject({ done: false });
});

test('no shell reads the arguments', async () => {
  const { output } = await run(['/bin/echo', '$HOME; echo two', '`id`', '*']);
  expect(output).toBe('$HOME; echo two `id` *\n');
});

test('at the limit the whole process group is killed, also what ignores polite requests', async () => {
  const path = join(folder, 'pids');
  const script = `trap '' TERM; (trap '' TERM; exec sleep 60) & echo $$ $! > ${path}; wait`;
  const running = run(['/bin/sh', '-c', script], 300);
  const pids = (await written(path)).split(' ').map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(exists(pid)).toBe(true);
  expect(await running).toMatchObject({ done: false, detail: 'ended after 300 ms' });
  for (const pid of pids) await expect.poll(() => exists(pid)).toBe(false);
});

test('what a command leaves running in the background outlives it', async () => {
  const path = join(folder, 'pid');
  const outcome = await runCommand(['/bin/sh', '-c', `sleep 60 & echo $! > ${path}`], { limitMs: LIMIT_MS, env: {} });
  expect(outcome.done).toBe(true);
  const pid = Number(await written(path));
  expect(exists(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
});

test('output is bounded', async () => {
  const { output } = await run(['/bin/sh', '-c', 'head -c 100000 /dev/zero | tr "\\0" x']);
  expect(output).toHaveLength(1_000);
});

test('the command sees the desktop’s variables and none of ours', async () => {
  const env = { PATH: '/bin', DISPLAY: ':9', LC_ALL: 'cy_GB', XDG_RUNTIME_DIR: '/run/user/1' };
  const ours = { NODE_OPTIONS: '--inspect', LD_PRELOAD: '/evil.so', ELECTRON_RUN_AS_NODE: '1', API_TOKEN: 'secret' };
  expect(minimalEnvironment({ ...env, ...ours })).toEqual(env);
  const { output } = await run(['/usr/bin/env'], LIMIT_MS, { ...env, ...ours });
  expect(output.trim().split('\n').toSorted()).toEqual(
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted(),
  );
});

test('a program is found on absolute folders of PATH only, and only if it can be run', () => {
  writeFileSync(join(folder, 'plain'), '', { mode: 0o644 });
  writeFileSync(join(folder, 'tool'), '', { mode: 0o755 });
  expect(findProgram('tool', { PATH: `relative:.::/nonexistent:${folder}` })).toBe(join(folder, 'tool'));
  expect(findProgram('tool', { PATH: '.:relative' })).toBeNull();
  expect(findProgram('nothing-of-the-kind', { PATH: folder })).toBeNull();
  expect(findProgram('tool', {})).toBeNull();
});
