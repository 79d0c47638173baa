import { createHash, randomUUID } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import { errorCode } from './fetch-failure.ts';

/**
 * Signed DER on disk: CRLs, OCSP answers and issuers' certificates, so that a workstation works on without a network. It keeps
 * bytes and says nothing of them: whoever reads verifies the signature and judges the window each time.
 *
 * A file an entry: one line of JSON, then the DER. Its name is the hash of what it answers, so that no text from a
 * certificate ever becomes part of a path. Damage (a power cut, a full disk) is found by length and hash, and removed.
 */

export const ENTRY_KINDS = ['crl', 'ocsp', 'certificate'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** What an entry answers: an address, or one certificate of one issuer. */
export type EntryKey =
  | { readonly url: string }
  /** Upper- or lower-case hex: SHA-256 of the issuer's name as DER (or of name and key, as the caller decides), and the serial number. */
  | { readonly issuer: string; readonly serial: string };

export type EntryFacts = {
  readonly key: EntryKey;
  /** This machine's clock when it was fetched, milliseconds since 1970. */
  readonly fetchedAt: number;
  /** Of the DER. */
  readonly bytes: number;
};
export type Entry = EntryFacts & { readonly der: Uint8Array<ArrayBuffer> };

export type StoreBounds = {
  readonly entries: number;
  /** Of all files. */
  readonly totalBytes: number;
};

/** `not-kept`: the disk, the folder or the bounds did not allow it; what was there before is there still. */
export type PutOutcome = 'kept' | 'not-kept';

export const STORE_BOUNDS: StoreBounds = { entries: 512, totalBytes: 128 * 1024 * 1024 };

const FOLDER = 'revocation';
const MAX_DER_BYTES = 16 * 1024 * 1024;
const MAX_HEADER_BYTES = 8 * 1024;
const HASHED_AT_ONCE = 1024 * 1024;
const LINE_END = 0x0a;
/** Use is noted in the file's own time, at most this often: reading should not wear the disk. Milliseconds. */
const USE_NOTED_EVERY_MS = 3_600_000;
const FILE_NAME = /^[0-9a-f]{64}$/;
// A link, a pipe or a device in the place of a file is neither followed nor waited for. (Windows has none of the two flags.)
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const hex = v.pipe(v.string(), v.maxLength(1024), v.regex(/^([0-9a-f]{2})+$/));
const KeySchema = v.union([
  v.strictObject({ url: v.pipe(v.string(), v.maxLength(4096)) }),
  v.strictObject({ issuer: hex, serial: hex }),
]);
const HeaderSchema = v.strictObject({
  format: v.literal(1),
  kind: v.picklist(ENTRY_KINDS),
  key: KeySchema,
  fetchedAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_DER_BYTES)),
  sha256: v.pipe(v.string(), v.regex(FILE_NAME)),
});
type Header = v.InferOutput<typeof HeaderSchema>;

/** What is known of a file without reading its DER. */
type Shelved = { readonly header: Header; readonly size: number; usedAt: number };

/** All calls are answered in the order they came, and none rejects. */
export class RevocationStore {
  readonly folder: string;
  readonly #bounds: StoreBounds;
  readonly #onProblem: (why: string) => void;
  readonly #now: () => number;
  #shelf: Map<string, Shelved> | null = null;
  #busy: Promise<unknown> = Promise.resolve();

  /**
   * @param stateFolder as `stateFolder()`; the store has a folder of its own in it, and removes what is not its own there
   * @param onProblem told in codes of the operating system
   */
  constructor(
    stateFolder: string,
    onProblem: (why: string) => void,
    bounds: Partial<StoreBounds> = {},
    now: () => number = Date.now,
  ) {
    this.folder = join(stateFolder, FOLDER);
    this.#bounds = { ...STORE_BOUNDS, ...bounds };
    this.#onProblem = onProblem;
    this.#now = now;
  }

  /** Keeps `der` in the place of what was there. Others, least recently used first, make room for it. */
  put(kind: EntryKind, key: EntryKey, der: Uint8Array, fetchedAt: number): Promise<PutOutcome> {
    // A copy: the caller may overwrite or transfer its own before our turn comes.
    const bytes = new Uint8Array(der);
    return this.#inTurn<PutOutcome>('not-kept', async (shelf) => {
      const header = v.safeParse(HeaderSchema, {
        format: 1,
        kind,
        key: canonical(key),
        fetchedAt: Math.trunc(fetchedAt),
        bytes: bytes.length,
        sha256: await sha256(bytes),
      });
      if (!header.success) return 'not-kept';
      const line = Buffer.from(`${JSON.stringify(header.output)}\n`);
      const size = line.length + bytes.length;
      if (line.length > MAX_HEADER_BYTES || size > this.#bounds.totalBytes || this.#bounds.entries < 1)
        return 'not-kept';
      const name = nameOf(kind, header.output.key);
      await this.#write(name, [line, bytes]);
      shelf.set(name, { header: header.output, size, usedAt: this.#now() });
      await this.#makeRoom(shelf, name);
      return 'kept';
    });
  }

  get(kind: EntryKind, key: EntryKey): Promise<Entry | null> {
    return this.#inTurn<Entry | null>(null, async (shelf) => {
      const name = nameOf(kind, canonical(key));
      const shelved = shelf.get(name);
      if (shelved === undefined) return null;
      const read = await readEntry(join(this.folder, name), name);
      if (read === null) {
        await this.#remove(shelf, name);
        return null;
      }
      await this.#noteUse(name, shelved);
      return { ...factsOf(read.header), der: read.der };
    });
  }

  /** What is there of a kind, without its DER; damage inside a file shows at `get` only. */
  entries(kind: EntryKind): Promise<readonly EntryFacts[]> {
    return this.#inTurn<readonly EntryFacts[]>([], async (shelf) =>
      [...shelf.values()].filter(({ header }) => header.kind === kind).map(({ header }) => factsOf(header)),
    );
  }

  #inTurn<T>(otherwise: T, work: (shelf: Map<string, Shelved>) => Promise<T>): Promise<T> {
    const turn = this.#busy.then(async () => {
      try {
        this.#shelf ??= await this.#open();
        return await work(this.#shelf);
      } catch (error) {
        this.#onProblem(errorCode(error) || 'unreadable');
        return otherwise;
      }
    });
    this.#busy = turn;
    return turn;
  }

  /** Looks at every file once; what is damaged, foreign or half written is removed. Folders are left alone: they are nobody's entry. */
  async #open(): Promise<Map<string, Shelved>> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const found = await lstat(this.folder);
    const isOwn = process.getuid === undefined || found.uid === process.getuid();
    if (!found.isDirectory() || !isOwn) throw Object.assign(new Error('not our folder'), { code: 'NOT-OUR-FOLDER' });
    await chmod(this.folder, 0o700);
    const shelf = new Map<string, Shelved>();
    const files = (await readdir(this.folder, { withFileTypes: true })).filter((file) => !file.isDirectory());
    for (const file of files) {
      try {
        const shelved = await shelvedAs(this.folder, file);
        if (shelved === null) await this.#remove(shelf, file.name);
        else shelf.set(file.name, shelved);
      } catch (error) {
        // One that cannot be read now may be readable next time, and says nothing of the others.
        this.#onProblem(errorCode(error) || 'unreadable');
      }
    }
    await this.#makeRoom(shelf, null);
    return shelf;
  }

  /** Whole or not at all: another name first, which must not exist, then the right one. */
  async #write(name: string, parts: readonly Uint8Array[]): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const draft = join(this.folder, `${name}.${randomUUID()}.draft`);
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        for (const part of parts) await file.writeFile(part);
      } finally {
        await file.close();
      }
      await rename(draft, join(this.folder, name));
    } catch (error) {
      await unlink(draft).catch(() => undefined);
      throw error;
    }
  }

  async #makeRoom(shelf: Map<string, Shelved>, justWritten: string | null): Promise<void> {
    let total = [...shelf.values()].reduce((sum, { size }) => sum + size, 0);
    const leastUsed = [...shelf]
      .filter(([name]) => name !== justWritten)
      .toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [name, { size }] of leastUsed) {
      if (shelf.size <= this.#bounds.entries && total <= this.#bounds.totalBytes) return;
      await this.#remove(shelf, name);
      total -= size;
    }
  }

  async #remove(shelf: Map<string, Shelved>, name: string): Promise<void> {
    shelf.delete(name);
    try {
      await unlink(join(this.folder, name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#onProblem(errorCode(error) || 'unreadable');
    }
  }

  async #noteUse(name: string, shelved: Shelved): Promise<void> {
    const now = this.#now();
    const isRecent = Math.abs(now - shelved.usedAt) < USE_NOTED_EVERY_MS;
    shelved.usedAt = now;
    if (isRecent) return;
    // Only the order of eviction depends on it.
    await utimes(join(this.folder, name), now / 1000, now / 1000).catch(() => undefined);
  }
}

const factsOf = ({ key, fetchedAt, bytes }: Header): EntryFacts => ({ key, fetchedAt, bytes });

/** A large list takes longer than the agent may stand still: others have their turn in between. */
async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += HASHED_AT_ONCE) {
    if (at > 0) await setImmediate();
    hash.update(bytes.subarray(at, at + HASHED_AT_ONCE));
  }
  return hash.digest('hex');
}

function canonical(key: EntryKey): EntryKey {
  return 'url' in key ? key : { issuer: key.issuer.toLowerCase(), serial: key.serial.toLowerCase() };
}

/** JSON keeps the parts apart, so that no two keys read the same. */
function nameOf(kind: EntryKind, key: EntryKey): string {
  const parts = 'url' in key ? [kind, 'url', key.url] : [kind, 'certificate', key.issuer, key.serial];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function shelvedAs(folder: string, file: Dirent): Promise<Shelved | null> {
  if (!file.isFile() || !FILE_NAME.test(file.name)) return null;
  return await withFile(join(folder, file.name), async (handle) => {
    const { size, mtimeMs } = await handle.stat();
    const start = await firstBytes(handle, Math.min(size, MAX_HEADER_BYTES));
    const parsed = parseHeader(start, file.name);
    if (parsed === null || size !== parsed.length + parsed.header.bytes) return null;
    return { header: parsed.header, size, usedAt: mtimeMs };
  });
}

async function readEntry(
  path: string,
  name: string,
): Promise<{ readonly header: Header; readonly der: Uint8Array<ArrayBuffer> } | null> {
  return await withFile(path, async (handle) => {
    const { size } = await handle.stat();
    if (size > MAX_HEADER_BYTES + MAX_DER_BYTES) return null;
    const parsed = parseHeader(await firstBytes(handle, Math.min(size, MAX_HEADER_BYTES)), name);
    if (parsed === null || size !== parsed.length + parsed.header.bytes) return null;
    const der = await firstBytes(handle, parsed.header.bytes, parsed.length);
    const isWhole = der.length === parsed.header.bytes && (await sha256(der)) === parsed.header.sha256;
    return isWhole ? { header: parsed.header, der } : null;
  });
}

/** null for what is gone, a link (ELOOP), a socket (ENXIO) or no file otherwise; rejects where the system cannot read one. */
async function withFile<T>(path: string, read: (handle: FileHandle) => Promise<T | null>): Promise<T | null> {
  const handle = await open(path, READ).catch((error: unknown) => {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(errorCode(error))) return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    return (await handle.stat()).isFile() ? await read(handle) : null;
  } finally {
    await handle.close();
  }
}

/** Fewer where the file ends earlier. */
async function firstBytes(handle: FileHandle, length: number, from = 0): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === length ? bytes : bytes.slice(0, filled);
}

/** The header, if it is one and belongs to this name, and the bytes that its line takes. */
function parseHeader(bytes: Uint8Array, name: string): { readonly header: Header; readonly length: number } | null {
  const end = bytes.indexOf(LINE_END);
  if (end === -1) return null;
  try {
    const header = v.parse(HeaderSchema, JSON.parse(Buffer.from(bytes.subarray(0, end)).toString('utf8')));
    return nameOf(header.kind, header.key) === name ? { header, length: end + 1 } : null;
  } catch {
    return null;
  }
}
