import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';
import * as v from 'valibot';
import { type ControlConnection, callAgent } from '../../src/main/control/control-client.ts';
import { controlAddress } from '../../src/main/store/folders.ts';
import { newUser } from './program.ts';
import { PACKAGED_PROGRAM } from './programs.ts';

/**
 * The packaged program. Its fuses let nobody look into it, Playwright included: it is asked over the socket that every other
 * program of its user has.
 */

const PROGRAM = PACKAGED_PROGRAM ?? '';
const LIMIT_MS = 5_000;
const DoneSchema = v.looseObject({ event: v.literal('done') });

let user: ReturnType<typeof newUser>;
let program: ChildProcess;

test.beforeAll(() => {
  user = newUser();
  Object.assign(process.env, user.env);
  program = spawn(PROGRAM, ['--hidden'], { env: user.env, stdio: 'inherit' });
});
test.afterAll(() => {
  program.kill('SIGKILL');
  user.remove();
});

async function agent(): Promise<ControlConnection> {
  let found: ControlConnection | null = null;
  await expect
    .poll(async () => {
      found ??= await callAgent(controlAddress());
      return found !== null;
    })
    .toBe(true);
  if (found === null) throw new Error('no agent');
  return found;
}

// The ninth of electron-builder.yml, resetAdHocDarwinSignature, is no fuse: it signs a Mac's program anew once they are set.
test('has every fuse set as electron-builder.yml says', async () => {
  const wire = await getCurrentFuseWire(PROGRAM);
  const [off, on] = ['0', '1'].map((state) => state.charCodeAt(0));
  expect(wire).toMatchObject({
    [FuseV1Options.RunAsNode]: off,
    [FuseV1Options.EnableCookieEncryption]: on,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
    [FuseV1Options.EnableNodeCliInspectArguments]: off,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
    [FuseV1Options.OnlyLoadAppFromAsar]: on,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: off,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
  });
});

test('starts, and its card process with it', async () => {
  const connection = await agent();
  connection.send({ command: 'follow' });
  // What the smartcard service of this machine is like is not ours to say; that it was looked at is.
  const looked = v.looseObject({ phase: v.picklist(['no-service', 'no-reader', 'no-card', 'reading']) });
  const state = await connection.answer(looked, LIMIT_MS * 2);
  connection.close();
  expect(state).not.toBeNull();
});

test('shows its window when asked', async () => {
  const connection = await agent();
  connection.send({ command: 'show' });
  expect(await connection.answer(DoneSchema, LIMIT_MS)).not.toBeNull();
  connection.close();
});

test('is not plain Node for anyone', async () => {
  const env = { ...user.env, ELECTRON_RUN_AS_NODE: '1' };
  const other = spawn(PROGRAM, ['-e', 'process.exit(23)'], { env, stdio: 'ignore' });
  const [code] = await once(other, 'exit');
  // It was a second start of Wardkey, which leaves things to the first.
  expect(code).toBe(0);
});

test('ends when asked, with everything it started', async () => {
  const exited = once(program, 'exit');
  const connection = await agent();
  connection.send({ command: 'stop' });
  const [code] = await exited;
  expect(code).toBe(0);
});
