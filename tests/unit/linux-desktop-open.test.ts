import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLinuxDesktop } from '../../src/native/linux-desktop/linux-desktop.ts';

const open = (env: NodeJS.ProcessEnv) =>
  openLinuxDesktop({
    env,
    tray: {
      id: 'wardkey',
      face: { title: 'Wardkey', tooltip: '', icon: [], menu: [] },
      onActivate: () => {},
      onMenu: () => {},
      onAvailable: () => {},
    },
    notifications: { program: 'Wardkey', onAction: () => {}, onAvailable: () => {} },
  });

async function expectNothing(env: NodeJS.ProcessEnv): Promise<void> {
  const start = performance.now();
  const desktop = await open(env);
  expect(performance.now() - start).toBeLessThan(1_500);
  expect(desktop.tray.available).toBe(false);
  expect(desktop.notifications.available).toBe(false);
  desktop.tray.set({ title: 'a', tooltip: 'b', icon: [], menu: [{ action: 'open', label: 'Open' }] });
  for (const urgency of ['normal', 'urgent'] as const)
    desktop.notifications.show({ key: urgency, title: 'a', body: 'b', urgency, actions: [] });
  desktop.notifications.withdraw('urgent');
  await desktop.close();
}

test('a login without a session bus: nothing is available, and nothing waits', async () => {
  await expectNothing({});
});

test('a session bus that is not there any more', async () => {
  await expectNothing({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' });
});

test('a session bus that never answers holds up the start for a second at most', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-mute-'));
  const path = join(folder, 'bus');
  const server = createServer((socket) => socket.on('error', () => {})).listen(path);
  await once(server, 'listening');
  await expectNothing({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` });
  server.close();
  rmSync(folder, { recursive: true });
});
