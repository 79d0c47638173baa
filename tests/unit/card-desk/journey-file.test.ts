import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeptJourney } from '../../../src/core/card-desk/kept-journey.ts';
import { JourneyFile, MOST_KEPT } from '../../../src/main/card-desk/journey-file.ts';

const calls = vi.hoisted((): string[] => []);

// What reaches the disk, and in which order: the real calls, noted. A loss of power cannot be had in a test.
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const names = new Map<number, string>();
  return {
    ...fs,
    openSync: (...opened: Parameters<typeof fs.openSync>) => {
      const handle = fs.openSync(...opened);
      names.set(handle, String(opened[0]));
      return handle;
    },
    fsyncSync: (handle: number) => {
      calls.push(`sync ${names.get(handle)}`);
      fs.fsyncSync(handle);
    },
    renameSync: (...renamed: Parameters<typeof fs.renameSync>) => {
      calls.push(`rename ${String(renamed[1])}`);
      fs.renameSync(...renamed);
    },
  };
});

let folder: string;
let problems: string[];
let file: JourneyFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
  problems = [];
  file = new JourneyFile(folder, (why) => problems.push(why));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const path = () => join(folder, 'unlock.json');

const TICKET = {
  unlock: '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a001',
  token: 't'.repeat(43),
  origin: 'https://desk.example',
};
const kept = (cardId: string): KeptJourney => ({
  cardId,
  reader: 'R',
  way: 'self-service',
  ticket: TICKET,
  expiresAt: 1,
  chosen: false,
  attempt: {
    number: 1,
    mode: 'probe',
    wasBlocked: true,
    begun: true,
    result: 'wrong',
    triesLeft: 2,
    settled: false,
  },
  released: 1,
  unseen: false,
  wrongs: 1,
  pukTries: 2,
  left: true,
});
const many = (count: number) => Array.from({ length: count }, (_, i) => kept(i.toString(16).padStart(32, '0')));

describe('what is kept of unlocks', () => {
  it('is read as it was written, several of them, and is gone when there are none', () => {
    const all = many(MOST_KEPT);
    expect(file.write(all)).toBe(true);
    expect(new JourneyFile(folder, () => undefined).read()).toEqual(all);
    expect(file.write([])).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
    expect(file.read()).toEqual([]);
  });

  it('is on the disk when it is said to be: the text first, then its name', () => {
    calls.length = 0;
    expect(file.write(many(1))).toBe(true);
    expect(calls).toEqual([
      `sync ${path()}.new`,
      `rename ${path()}`,
      ...(process.platform === 'win32' ? [] : [`sync ${folder}`]),
    ]);
  });

  it('says when it could not be written, and is written the next time, though it is the same', () => {
    expect(file.write(many(1))).toBe(true);
    mkdirSync(join(folder, 'unlock.json.new', 'in-the-way'), { recursive: true });
    expect([file.write(many(2)), file.write(many(2)), file.write(many(1))]).toEqual([false, false, false]);
    expect(problems).toHaveLength(1);
    rmSync(join(folder, 'unlock.json.new'), { recursive: true });
    expect(file.write(many(1))).toBe(true);
    expect(file.read()).toEqual(many(1));
  });

  it('of an earlier version is one, which belongs to whichever desk is set', () => {
    const now = kept('a'.repeat(32));
    const added = new Set(['wrongs', 'pukTries', 'left', 'begun', 'origin']);
    writeFileSync(
      path(),
      JSON.stringify(now, (name, value: unknown) => (added.has(name) ? undefined : value)),
    );
    expect(file.read()).toEqual([
      {
        ...now,
        ticket: { ...TICKET, origin: null },
        wrongs: 0,
        pukTries: null,
        left: false,
      },
    ]);
  });

  it.each(['', 'no json', '{}', '[{}]', 'null'])('is thrown away if it is none: %j', (text) => {
    writeFileSync(path(), text);
    expect(file.read()).toEqual([]);
    expect(existsSync(path())).toBe(false);
  });

  it('stays when it cannot be read just now', () => {
    // A folder cannot be read as a file, whoever asks: EISDIR stands for EACCES, EIO and EMFILE, which root does not meet.
    mkdirSync(path());
    expect(file.read()).toBeNull();
    expect(problems).toEqual(['EISDIR']);
    expect(existsSync(path())).toBe(true);
    rmSync(path(), { recursive: true });
    writeFileSync(path(), JSON.stringify(many(1)));
    expect(file.read()).toEqual(many(1));
    expect(readFileSync(path(), 'utf8')).toBe(JSON.stringify(many(1)));
  });
});
