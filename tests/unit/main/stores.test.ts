import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAlertMemory } from '../../../src/main/store/alert-memory.ts';
import { AuditLog } from '../../../src/main/store/audit-log.ts';
import { type LoadedPolicy, loadPolicy, watchPolicy } from '../../../src/main/store/policy-source.ts';
import type { StoreProblem } from '../../../src/main/store/repaired-store.ts';
import { openSettings } from '../../../src/main/store/settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('settings', () => {
  const open = () => {
    const problems: StoreProblem[] = [];
    return { store: openSettings(folder, (problem) => problems.push(problem)), problems };
  };

  it('are kept over a restart', () => {
    const { store } = open();
    store.set({ ...store.get(), language: 'cy' });
    expect(open().store.get()).toMatchObject({ language: 'cy', preferredReader: null });
  });

  it.each([
    ['not JSON', '{"language": "c'],
    ['empty', ''],
    ['another shape', '[1, 2, 3]'],
    ['a value that cannot be', '{"language": "tlh"}'],
    ['zeros, as after a power cut', '\0'.repeat(64)],
    ['far too large', ' '.repeat(1024 * 1024 + 1)],
  ])('that are %s are set aside, told, and begun anew', (_, text) => {
    writeFileSync(join(folder, 'settings.json'), text);
    const { store, problems } = open();
    expect(store.get()).toMatchObject({ language: 'system', preferredReader: null });
    expect(problems).toMatchObject([{ kind: 'repaired' }]);
    const kept = readdirSync(folder).find((name) => name.includes('.damaged-'));
    expect(readFileSync(join(folder, kept ?? ''), 'utf8')).toBe(text);
    store.set({ ...store.get(), language: 'en' });
    expect(open().problems).toEqual([]);
  });

  it('that cannot be written are kept in memory and told', () => {
    writeFileSync(join(folder, 'blocked'), '');
    const problems: StoreProblem[] = [];
    const store = openSettings(join(folder, 'blocked', 'below-a-file'), (problem) => problems.push(problem));
    store.set({ ...store.get(), language: 'cy' });
    expect(store.get().language).toBe('cy');
    expect(problems.at(-1)).toMatchObject({ kind: 'not-saved' });
  });
});

describe('the alert memory', () => {
  it('survives a restart', () => {
    const login = { bootId: 'b', reader: 'R', eventCount: 3, cardId: 'c' };
    openAlertMemory(folder, () => undefined).set({ alerts: [{ login, fingerprint: 'f', rung: 30 }] });
    expect(openAlertMemory(folder, () => undefined).get().alerts).toEqual([{ login, fingerprint: 'f', rung: 30 }]);
  });
});

describe('the policy file', () => {
  const file = () => join(folder, 'policy.json');

  it('is not needed', async () => {
    expect(await loadPolicy(file())).toMatchObject({ source: 'defaults', problems: [] });
  });

  it.each([
    ['not JSON', '{', /not JSON/],
    ['a list', '[]', /not an object/],
    ['an unknown word', '{"removale": {}}', /removale/],
    ['an action that cannot be', '{"removal": {"resume": {"action": "explode"}}}', /removal\.resume\.action/],
    ['a command without its program', '{"removal": {"resume": {"action": "command"}}}', /removal\.command/],
    ['a program without its path', '{"removal": {"command": ["rm"]}}', /absolute path/],
    ['lengths that contradict', '{"passcode": {"minLength": 8, "maxLength": 6}}', /minLength/],
    ['another version', '{"version": 2}', /version/],
  ])('with %s is refused as a whole, and says where', async (_, text, where) => {
    writeFileSync(file(), text);
    const loaded = await loadPolicy(file());
    expect(loaded.source).toBe('defaults');
    expect(loaded.problems.map(({ path, message }) => `${path} ${message}`).join()).toMatch(where);
  });

  it('fills what it leaves out with defaults, and takes a byte order mark', async () => {
    writeFileSync(file(), '\uFEFF{"removal": {"card-pulled": {"graceSeconds": 7}}}');
    const { policy, source } = await loadPolicy(file());
    expect(source).toBe('file');
    expect(policy.removal['card-pulled']).toEqual({ action: 'lock', graceSeconds: 7 });
    expect(policy.passcode.minLength).toBe(6);
  });

  it('is told anew when it is written', async () => {
    mkdirSync(folder, { recursive: true });
    const changed = Promise.withResolvers<LoadedPolicy>();
    const stop = watchPolicy(file(), (loaded) => {
      if (loaded.policy.passcode.minLength === 7) changed.resolve(loaded);
    });
    writeFileSync(file(), '{"passcode": {"minLength": 7}}');
    expect((await changed.promise).source).toBe('file');
    stop();
  });

  it('is never told half: what an editor is still writing is looked at again', async () => {
    mkdirSync(folder, { recursive: true });
    const told: string[] = [];
    const whole = Promise.withResolvers<void>();
    const stop = watchPolicy(file(), ({ policy, problems }) => {
      told.push(...problems.map(({ message }) => message));
      if (policy.passcode.minLength === 7) whole.resolve();
    });
    writeFileSync(file(), '{"passcode": {"min');
    writeFileSync(file(), '{"passcode": {"minLength": 7}}');
    await whole.promise;
    stop();
    expect(told).toEqual([]);
  });
});

describe('the audit log', () => {
  it('holds each line whole and in order', async () => {
    const audit = new AuditLog(folder, (why) => expect.unreachable(why));
    for (let n = 0; n < 50; n++) audit.write({ event: 'removal-decided', decision: n });
    await audit.settled();
    const lines = readFileSync(audit.file, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { decision: number }).decision)).toEqual([...Array(50).keys()]);
  });

  it('starts a new file when one is full, and keeps three', async () => {
    for (let round = 0; round < 5; round++) {
      writeFileSync(join(folder, 'audit.jsonl'), 'x'.repeat(5 * 1024 * 1024));
      const audit = new AuditLog(folder, (why) => expect.unreachable(why));
      audit.write({ event: 'agent-started' });
      await audit.settled();
    }
    expect(readdirSync(folder).toSorted()).toEqual(['audit.jsonl', 'audit.jsonl.1', 'audit.jsonl.2', 'audit.jsonl.3']);
  });
});
