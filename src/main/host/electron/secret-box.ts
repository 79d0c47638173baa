import { Buffer } from 'node:buffer';

/**
 * Keeps a few bytes so that only this user on this machine can read them again. Electron's safeStorage is behind it: DPAPI on
 * Windows, the Keychain on macOS, the desktop's secret service on Linux.
 *
 * Nothing is sealed by it yet, for nothing is stored that is a secret beyond its use: passcodes and codes never are, and the
 * token of an unlock (../../card-desk/journey-file.ts) releases nothing without the card. It is here so that the first secret
 * that has to be kept finds its place, and no other way is made up for it.
 */
export type SecretBox = {
  /** For diagnoses and the audit: whose key it is. */
  readonly backend: SecretBackend;
  /** The sealed form, to be stored. What is handed in stays the caller's to overwrite. */
  seal(secret: Uint8Array): Promise<Uint8Array>;
  /** The bytes again, the caller's to overwrite. null: not sealed here, by this user, or with this key. */
  open(sealed: Uint8Array): Promise<Uint8Array | null>;
};

export type SecretBackend = 'dpapi' | 'keychain' | 'gnome_libsecret' | 'kwallet' | 'kwallet5' | 'kwallet6';

/** As much of safeStorage as is used: its asynchronous half, which does not stop the agent while a keyring is unlocked. */
export type SafeStorage = {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(plainText: string): Promise<Uint8Array>;
  decryptStringAsync(encrypted: Buffer): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }>;
  getSelectedStorageBackend(): string;
};

const MAX_SECRET_BYTES = 4096;
const LINUX_BACKENDS = ['gnome_libsecret', 'kwallet', 'kwallet5', 'kwallet6'] as const;

/**
 * null: this desktop keeps no secrets, and nothing that needs one may be stored. Linux without a secret service counts as that:
 * what Electron calls `basic_text` is a password that everyone knows.
 */
export async function openSecretBox(storage: SafeStorage, platform: NodeJS.Platform): Promise<SecretBox | null> {
  const backend = backendOf(storage, platform);
  if (backend === null || !(await storage.isAsyncEncryptionAvailable())) return null;
  return {
    backend,
    seal: async (secret) => {
      if (secret.length > MAX_SECRET_BYTES) throw new RangeError('too long to be sealed');
      // safeStorage takes strings only, and no string can be overwritten: hence no passcode may ever go this way.
      return new Uint8Array(await storage.encryptStringAsync(Buffer.from(secret).toString('base64')));
    },
    open: async (sealed) => {
      try {
        const { result } = await storage.decryptStringAsync(Buffer.from(sealed));
        return isBase64(result) ? ownMemory(Buffer.from(result, 'base64')) : null;
      } catch {
        return null;
      }
    },
  };
}

function backendOf(storage: SafeStorage, platform: NodeJS.Platform): SecretBackend | null {
  if (platform === 'win32') return 'dpapi';
  if (platform === 'darwin') return 'keychain';
  const selected = storage.getSelectedStorageBackend();
  return LINUX_BACKENDS.find((known) => known === selected) ?? null;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** Node's small buffers share memory with strangers: the copy there is overwritten. */
function ownMemory(bytes: Buffer): Uint8Array {
  const own = new Uint8Array(new ArrayBuffer(bytes.length));
  own.set(bytes);
  bytes.fill(0);
  return own;
}
