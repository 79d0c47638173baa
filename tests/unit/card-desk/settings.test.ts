import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SettingsError, secretOf } from '../../../services/card-desk/src/settings.ts';
import { scratchFolder, testSettings } from '../../rig/card-desk.ts';

test('a desk behind a proxy has to know which: everybody would be one source', () => {
  expect(() => testSettings({ behindProxy: true })).toThrow('trustedProxies has to say');
  expect(testSettings({ behindProxy: true, trustedProxies: ['10.0.0.1'] }).trustedProxies).toEqual(['10.0.0.1']);
});

test('a proxy that is no address is refused', () => {
  expect(() => testSettings({ trustedProxies: ['proxy.example'] })).toThrow('trustedProxies: IP addresses');
});

test('a secret in a file is taken if nobody else may read it', async () => {
  using folder = await scratchFolder();
  const file = join(folder.path, 'url');
  writeFileSync(file, 'smtps://desk:secret@mail.example\n', { mode: 0o600 });
  const read = () => secretOf('CARD_DESK_SMTP_URL', { CARD_DESK_SMTP_URL_FILE: file });
  expect(read()).toBe('smtps://desk:secret@mail.example');
  for (const mode of [0o640, 0o604, 0o644]) {
    chmodSync(file, mode);
    expect(read).toThrow('CARD_DESK_SMTP_URL_FILE names may be read by others: chmod 600');
  }
  chmodSync(file, 0o400);
  expect(read()).toBe('smtps://desk:secret@mail.example');
  expect(() => secretOf('DATABASE_URL', { DATABASE_URL_FILE: join(folder.path, 'none') })).toThrow('cannot be read');
  expect(() => secretOf('DATABASE_URL', { DATABASE_URL_FILE: folder.path })).toThrow(SettingsError);
});
