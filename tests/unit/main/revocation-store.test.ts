import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ENTRY_KINDS,
  type EntryKey,
  type EntryKind,
  RevocationStore,
  type StoreBounds,
} from '../../../src/main/revocation/revocation-store.ts';

const NOW = Date.UTC(2026, 10, 24);

let state = '';
let problems: string[] = [];
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'wardkey-revocation-'));
  problems = [];
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const open = (bounds: Partial<StoreBounds> = {}, now?: () => number) =>
  new RevocationStore(state, (why) => problems.push(why), bounds, now);
const folder = () => join(state, 'revocation');
const files = () => readdirSync(folder());
const onlyFile = () => join(folder(), files()[0] ?? '');
const at = (n: number): EntryKey => ({ url: `http://crl.example/${n}.crl` });
const der = (...bytes: number[]) => new Uint8Array(bytes);

describe('the store', () => {
  it('gives back what was put, also after a restart', async () => {
    const { der: kept, ...facts } = { key: at(1), fetchedAt: NOW, bytes: 3, der: der(0x30, 0x0a, 0x00) };
    expect(await open().put('crl', at(1), kept, NOW)).toBe('kept');
    const store = open();
    expect(await store.get('crl', at(1))).toEqual({ ...facts, der: kept });
    expect(await store.entries('crl')).toEqual([facts]);
    expect(problems).toEqual([]);
  });

  it('knows nothing of what was not put', async () => {
    const store = open();
    await store.put('crl', at(1), der(1), NOW);
    expect(await store.get('crl', at(2))).toBeNull();
    expect(await store.get('certificate', at(1))).toBeNull();
    expect(await store.entries('ocsp')).toEqual([]);
  });

  it('keeps the answer for one certificate by issuer and serial number, in either case of hex', async () => {
    const store = open();
    await store.put('ocsp', { issuer: 'AB', serial: '0C' }, der(1), NOW);
    expect((await store.get('ocsp', { issuer: 'ab', serial: '0c' }))?.der).toEqual(der(1));
    expect(await store.get('ocsp', { issuer: 'ab0c', serial: '0c' })).toBeNull();
  });

  it('replaces what was there, and leaves no draft', async () => {
    const store = open();
    await store.put('crl', at(1), der(1), NOW);
    await store.put('crl', at(1), der(2, 2), NOW + 1);
    expect(await store.get('crl', at(1))).toMatchObject({ der: der(2, 2), fetchedAt: NOW + 1 });
    expect(files()).toHaveLength(1);
  });

  it('answers in the order of the calls, and takes the bytes as they were at the call', async () => {
    const store = open();
    const bytes = der(1);
    const calls = [store.put('crl', at(1), bytes, NOW), store.get('crl', at(1)), store.put('crl', at(1), der(3), NOW)];
    bytes.fill(9);
    expect(await Promise.all(calls)).toMatchObject(['kept', { der: der(1) }, 'kept']);
    expect((await store.get('crl', at(1)))?.der).toEqual(der(3));
  });

  it.skipIf(process.platform === 'win32')(
    'can be read by its user alone, whatever the umask and an old mode',
    async () => {
      mkdirSync(folder(), { mode: 0o755 });
      await open().put('crl', at(1), der(1), NOW);
      expect(statSync(folder()).mode & 0o777).toBe(0o700);
      expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
    },
  );

  it('holds what any order of calls has put, under any key', async () => {
    const kind = fc.constantFrom<EntryKind>(...ENTRY_KINDS);
    const hex = fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    const key: fc.Arbitrary<EntryKey> = fc.oneof(
      fc.record({ url: fc.string({ unit: 'binary', maxLength: 20 }) }),
      fc.record({ issuer: hex, serial: hex }),
    );
    const put = fc.record({ kind, key, der: fc.uint8Array({ maxLength: 64 }), fetchedAt: fc.nat() });
    await fc.assert(
      fc.asyncProperty(fc.array(put, { maxLength: 12 }), async (puts) => {
        rmSync(folder(), { recursive: true, force: true });
        const store = open();
        const expected = new Map<string, { key: EntryKey; kind: EntryKind; der: Uint8Array; fetchedAt: number }>();
        for (const each of puts) {
          // A lone surrogate cannot be written as UTF-8: the URL parser never hands one out.
          if ('url' in each.key && !each.key.url.isWellFormed()) continue;
          expect(await store.put(each.kind, each.key, each.der, each.fetchedAt)).toBe('kept');
          expected.set(JSON.stringify([each.kind, each.key]), each);
        }
        const reopened = open();
        for (const each of expected.values()) {
          expect(await reopened.get(each.kind, each.key)).toMatchObject({
            der: new Uint8Array(each.der),
            fetchedAt: each.fetchedAt,
          });
        }
        const counts = await Promise.all(ENTRY_KINDS.map(async (each) => (await reopened.entries(each)).length));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(expected.size);
        expect(problems).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the bounds', () => {
  it('make the least recently used go, and never the one just written', async () => {
    let now = NOW;
    const store = open({ entries: 3 }, () => now++);
    for (const n of [1, 2, 3]) await store.put('crl', at(n), der(n), NOW);
    await store.get('crl', at(1));
    await store.put('crl', at(4), der(4), NOW);
    expect((await store.entries('crl')).map(({ key }) => key)).toEqual([at(1), at(3), at(4)]);
    expect(files()).toHaveLength(3);
  });

  it('spare the one just written although the clock was turned back', async () => {
    let now = NOW;
    const store = open({ entries: 2 }, () => now--);
    for (const n of [1, 2, 3]) await store.put('crl', at(n), der(n), NOW);
    expect((await store.entries('crl')).map(({ key }) => key)).toEqual([at(1), at(3)]);
  });

  it('count the bytes of all files', async () => {
    let now = NOW;
    const store = open({ totalBytes: 2_500 }, () => now++);
    for (const n of [1, 2, 3]) await store.put('crl', at(n), new Uint8Array(900), NOW);
    expect((await store.entries('crl')).map(({ key }) => key)).toEqual([at(2), at(3)]);
    await store.put('crl', at(4), new Uint8Array(2_000), NOW);
    expect((await store.entries('crl')).map(({ key }) => key)).toEqual([at(4)]);
  });

  it('keep out what alone is larger, and leave what was there', async () => {
    const store = open({ totalBytes: 2_500 });
    await store.put('crl', at(1), der(1), NOW);
    expect(await store.put('crl', at(1), new Uint8Array(2_500), NOW)).toBe('not-kept');
    expect(await store.put('crl', at(2), new Uint8Array(16 * 1024 * 1024 + 1), NOW)).toBe('not-kept');
    expect((await store.get('crl', at(1)))?.der).toEqual(der(1));
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('keep out what was fetched at %d', async (fetchedAt) => {
    expect(await open().put('crl', at(1), der(1), fetchedAt)).toBe('not-kept');
  });

  it('hold for what an earlier run left, by the time of its last use', async () => {
    const before = open();
    for (const n of [1, 2, 3, 4]) {
      const known = new Set(existsSync(folder()) ? files() : []);
      await before.put('crl', at(n), der(n), NOW);
      const written = files().find((name) => !known.has(name)) ?? '';
      utimesSync(join(folder(), written), n, n);
    }
    // The first is used again, and its use noted in the file.
    await open().get('crl', at(1));
    const store = open({ entries: 2 });
    expect(new Set((await store.entries('crl')).map(({ key }) => JSON.stringify(key)))).toEqual(
      new Set([JSON.stringify(at(1)), JSON.stringify(at(4))]),
    );
    expect(files()).toHaveLength(2);
  });
});

describe('a file that is', () => {
  const damaged: ReadonlyArray<readonly [string, (file: string) => void]> = [
    ['empty', (file) => truncateSync(file, 0)],
    ['cut off', (file) => truncateSync(file, statSync(file).size - 1)],
    ['longer than it says', (file) => writeFileSync(file, 'x', { flag: 'a' })],
    ['zeros, as after a power cut', (file) => writeFileSync(file, new Uint8Array(statSync(file).size))],
    ['without an end of its first line', (file) => writeFileSync(file, 'x'.repeat(20_000))],
    [
      'of another format',
      (file) => writeFileSync(file, readFileSync(file, 'latin1').replace('"format":1', '"format":2'), 'latin1'),
    ],
    [
      'about something else than its name',
      (file) => writeFileSync(file, readFileSync(file, 'latin1').replace('1.crl', '2.crl'), 'latin1'),
    ],
    [
      'a link',
      (file) => {
        writeFileSync(join(state, 'elsewhere'), readFileSync(file));
        rmSync(file);
        symlinkSync(join(state, 'elsewhere'), file);
      },
    ],
  ];

  it.each(damaged)('%s is removed at the start', async (_, damage) => {
    await open().put('crl', at(1), der(1, 2, 3), NOW);
    damage(onlyFile());
    expect(await open().entries('crl')).toEqual([]);
    expect(files()).toEqual([]);
  });

  it.each(damaged)('%s is removed when it is read, if the damage came later', async (_, damage) => {
    const store = open();
    await store.put('crl', at(1), der(1, 2, 3), NOW);
    damage(onlyFile());
    expect(await store.get('crl', at(1))).toBeNull();
    expect(files()).toEqual([]);
    expect(await store.put('crl', at(1), der(4), NOW)).toBe('kept');
  });

  it('another DER than was put is removed when it is read', async () => {
    await open().put('crl', at(1), der(1, 2, 3), NOW);
    const bytes = readFileSync(onlyFile());
    bytes[bytes.length - 1] = 9;
    writeFileSync(onlyFile(), bytes);
    const store = open();
    expect(await store.entries('crl')).toHaveLength(1);
    expect(await store.get('crl', at(1))).toBeNull();
    expect(await store.entries('crl')).toEqual([]);
    expect(files()).toEqual([]);
  });

  it('somebody else’s is removed, a folder is left alone, and what a link points to too', async () => {
    mkdirSync(join(folder(), 'a-folder'), { recursive: true });
    writeFileSync(join(folder(), 'a-folder', 'note'), 'x');
    writeFileSync(join(folder(), 'note.txt'), 'x');
    writeFileSync(join(folder(), `${'a'.repeat(64)}.1.draft`), 'half');
    writeFileSync(join(state, 'audit.jsonl'), 'x');
    symlinkSync(join(state, 'audit.jsonl'), join(folder(), 'b'.repeat(64)));
    await open().put('crl', at(1), der(1), NOW);
    expect(files().filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual(['a-folder']);
    expect(readFileSync(join(state, 'audit.jsonl'), 'utf8')).toBe('x');
    expect(files()).toHaveLength(2);
  });

  it.skipIf(process.platform === 'win32')('a pipe is not waited for', async () => {
    const store = open();
    await store.put('crl', at(1), der(1), NOW);
    const file = onlyFile();
    rmSync(file);
    execFileSync('mkfifo', [file]);
    expect(await store.get('crl', at(1))).toBeNull();
    expect(files()).toEqual([]);
  });

  it('gone is no failure', async () => {
    const store = open();
    await store.put('crl', at(1), der(1), NOW);
    rmSync(folder(), { recursive: true });
    expect(await store.get('crl', at(1))).toBeNull();
    expect(await store.put('crl', at(2), der(2), NOW)).toBe('kept');
    expect(problems).toEqual([]);
  });
});

describe('a folder that cannot be used', () => {
  it('because it is a link is left alone, and told', async () => {
    mkdirSync(join(state, 'elsewhere'));
    writeFileSync(join(state, 'elsewhere', 'note.txt'), 'x');
    symlinkSync(join(state, 'elsewhere'), folder());
    const store = open();
    expect(await store.put('crl', at(1), der(1), NOW)).toBe('not-kept');
    expect(await store.get('crl', at(1))).toBeNull();
    expect(readdirSync(join(state, 'elsewhere'))).toEqual(['note.txt']);
    expect(problems).toContain('NOT-OUR-FOLDER');
  });

  it('because a file is in its place is told, and used once it is free', async () => {
    writeFileSync(folder(), '');
    const store = open();
    expect(await store.put('crl', at(1), der(1), NOW)).toBe('not-kept');
    expect(problems).toEqual(['EEXIST']);
    rmSync(folder());
    expect(await store.put('crl', at(1), der(1), NOW)).toBe('kept');
  });

  it('because an entry’s name is taken by a folder keeps the others', async () => {
    const store = open();
    await store.put('crl', at(1), der(1), NOW);
    const file = onlyFile();
    rmSync(file);
    mkdirSync(join(file, 'inside'), { recursive: true });
    expect(await store.put('crl', at(1), der(2), NOW)).toBe('not-kept');
    expect(problems).toHaveLength(1);
    expect(await store.put('crl', at(2), der(3), NOW)).toBe('kept');
    expect(files()).toHaveLength(2);
  });
});
