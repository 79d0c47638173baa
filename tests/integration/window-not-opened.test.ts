import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { AgentProcess, makeUserFolders, type UserFolders } from '../rig/agent-process.ts';

let user: UserFolders;
afterEach(() => user.remove());

test('wardkey window says why it cannot open its window, and ends instead of living on unseen', async () => {
  user = makeUserFolders();
  const folder = join(user.folder, 'run', 'wardkey');
  mkdirSync(folder, { mode: 0o700 });
  // Somebody wants the page, with its token, written elsewhere.
  symlinkSync(user.folder, join(folder, 'window'));
  const agent = new AgentProcess(user, {}, ['window', '--no-open']);
  expect(await agent.exited).toBe(1);
  expect(agent.lines.at(-1)).toMatchObject({ ok: false, code: 'Window_NotOpened' });
});
