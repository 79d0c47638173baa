import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import * as v from 'valibot';

/** Larger files than this are not ours. */
const MAX_BYTES = 1024 * 1024;

export type StoreProblem =
  /** The file was not what it should be; it was set aside as `keptAs` (null: that failed too) and defaults took its place. */
  | { readonly kind: 'repaired'; readonly file: string; readonly keptAs: string | null; readonly why: string }
  | { readonly kind: 'not-saved'; readonly file: string; readonly why: string };

export type Store<Value> = {
  get(): Value;
  /** Keeps `value` in memory whatever happens, and on disk if it can: a full disk loses no session. */
  set(value: Value): void;
};

/**
 * A small JSON file, written atomically by `conf` (electron-store reads the same format), parsed by `schema` on the way in.
 * Never throws: a file that is damaged, foreign or unreadable is set aside and told.
 */
export function openStore<Value extends Readonly<Record<string, unknown>>>(
  folder: string,
  name: string,
  schema: v.GenericSchema<unknown, Value>,
  onProblem: (problem: StoreProblem) => void,
): Store<Value> {
  const file = join(folder, `${name}.json`);
  let value = v.parse(schema, {});
  const repair = (why: string) => onProblem({ kind: 'repaired', file, keptAs: setAside(file), why });

  const text = readText(file);
  if (text.kind === 'unreadable') repair(text.why);
  if (text.kind === 'text') {
    const parsed = v.safeParse(schema, parseJson(text.text));
    if (parsed.success) value = parsed.output;
    else repair(parsed.issues[0].message);
  }

  let conf: Conf | null = null;
  const write = () => {
    conf ??= new Conf({
      cwd: folder,
      configName: name,
      clearInvalidConfig: true,
      accessPropertiesByDotNotation: false,
    });
    conf.store = { ...value };
  };
  return {
    get: () => value,
    set: (next) => {
      value = next;
      try {
        write();
      } catch (error) {
        onProblem({ kind: 'not-saved', file, why: error instanceof Error ? error.message : String(error) });
      }
    },
  };
}

function readText(
  file: string,
): { kind: 'absent' } | { kind: 'text'; text: string } | { kind: 'unreadable'; why: string } {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_BYTES) return { kind: 'unreadable', why: `larger than ${MAX_BYTES} bytes` };
    return { kind: 'text', text: bytes.toString('utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return code === 'ENOENT' ? { kind: 'absent' } : { kind: 'unreadable', why: code };
  }
}

function parseJson(text: string): unknown {
  try {
    const data: unknown = JSON.parse(text);
    // valibot takes an array for an object with every entry left out.
    return Array.isArray(data) ? null : data;
  } catch {
    return null;
  }
}

function setAside(file: string): string | null {
  const keptAs = `${file}.damaged-${Date.now()}`;
  try {
    renameSync(file, keptAs);
    return keptAs;
  } catch {
    return null;
  }
}
