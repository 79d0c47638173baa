import { describe, expect, test } from 'vitest';
import { openSecretBox, type SafeStorage } from '../../src/main/host/electron/secret-box.ts';

// The box on a stand-in of Electron's safeStorage. That the desktop's keyring keeps the key, only a desktop can show.

class SafeStorageStandIn implements SafeStorage {
  available = true;
  selected = 'gnome_libsecret';
  readonly plain: string[] = [];

  async isAsyncEncryptionAvailable(): Promise<boolean> {
    return this.available;
  }
  async encryptStringAsync(plainText: string): Promise<Buffer> {
    this.plain.push(plainText);
    return Buffer.from(`v10${Buffer.from(plainText).toString('hex')}`);
  }
  async decryptStringAsync(encrypted: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    const text = encrypted.toString('utf8');
    if (!text.startsWith('v10')) throw new Error('Error while decrypting the ciphertext provided.');
    return { result: Buffer.from(text.slice(3), 'hex').toString('utf8'), shouldReEncrypt: false };
  }
  getSelectedStorageBackend(): string {
    return this.selected;
  }
}

const TOKEN = Uint8Array.from({ length: 256 }, (_, index) => index);

describe('the secret box', () => {
  test('gives back the bytes that were sealed, in memory of their own', async () => {
    const box = await openSecretBox(new SafeStorageStandIn(), 'linux');
    const sealed = await box?.seal(TOKEN);
    expect(sealed).not.toEqual(TOKEN);
    const opened = await box?.open(sealed ?? new Uint8Array());
    expect(opened).toEqual(TOKEN);
    expect(opened?.buffer.byteLength).toBe(256);
  });

  test.each([
    ['win32', 'dpapi'],
    ['darwin', 'keychain'],
    ['linux', 'gnome_libsecret'],
  ] as const)('tells whose key it is: %s', async (platform, backend) => {
    expect((await openSecretBox(new SafeStorageStandIn(), platform))?.backend).toBe(backend);
  });

  test.each(['basic_text', 'unknown', 'something new', ''])(
    'is none on Linux with a key that is no secret: %s',
    async (selected) => {
      const storage = new SafeStorageStandIn();
      storage.selected = selected;
      expect(await openSecretBox(storage, 'linux')).toBeNull();
    },
  );

  test('is none where nothing can be encrypted', async () => {
    const storage = new SafeStorageStandIn();
    storage.available = false;
    expect(await openSecretBox(storage, 'darwin')).toBeNull();
  });

  test('does not open what was not sealed here', async () => {
    const storage = new SafeStorageStandIn();
    const box = await openSecretBox(storage, 'linux');
    expect(await box?.open(new TextEncoder().encode('garbage'))).toBeNull();
    expect(await box?.open(await storage.encryptStringAsync('not base64!'))).toBeNull();
  });

  test('refuses what no token is as long as', async () => {
    const box = await openSecretBox(new SafeStorageStandIn(), 'linux');
    await expect(box?.seal(new Uint8Array(5000))).rejects.toThrow(RangeError);
  });
});
