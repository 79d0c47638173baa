import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  DEFAULT_POLICY,
  MAX_POLICY_BYTES,
  type Policy,
  type PolicyProblem,
  parsePolicy,
} from '../../core/agent/policy.ts';

export type LoadedPolicy = {
  readonly policy: Policy;
  readonly source: 'file' | 'defaults';
  readonly file: string;
  /** What is wrong with the file: then the defaults hold, all of them. */
  readonly problems: readonly PolicyProblem[];
  readonly warnings: readonly PolicyProblem[];
};

/** Reads the policy as a whole or not at all: half a policy is nobody's decision. Never rejects. */
export async function loadPolicy(file: string): Promise<LoadedPolicy> {
  const defaults = (problems: readonly PolicyProblem[]): LoadedPolicy => ({
    policy: DEFAULT_POLICY,
    source: 'defaults',
    file,
    problems,
    warnings: [],
  });
  try {
    const { size } = await stat(file);
    if (size > MAX_POLICY_BYTES) return defaults([{ path: '', message: `larger than ${MAX_POLICY_BYTES} bytes` }]);
    const result = parsePolicy(await readFile(file, 'utf8'));
    if (!result.ok) return defaults(result.problems);
    return { policy: result.policy, source: 'file', file, problems: [], warnings: result.warnings };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return defaults(code === 'ENOENT' ? [] : [{ path: '', message: `cannot be read (${code})` }]);
  }
}

/** An editor that saves in place leaves half a file for a moment. Milliseconds. */
const SETTLING_MS = 250;

/** The file as it is when nobody is writing it any more: what is wrong with it is believed at the second look. */
async function loadSettled(file: string): Promise<LoadedPolicy> {
  const loaded = await loadPolicy(file);
  if (loaded.problems.length === 0) return loaded;
  await setTimeout(SETTLING_MS);
  return await loadPolicy(file);
}

/**
 * Tells when the file is written, replaced or removed, by the system's own notice. While its folder does not exist there
 * is nothing to watch, and the policy is read at the next start.
 */
export function watchPolicy(file: string, onChange: (loaded: LoadedPolicy) => void): () => void {
  let watcher: FSWatcher | null = null;
  let reading: Promise<void> = Promise.resolve();
  try {
    watcher = watch(dirname(file), { persistent: false }, (_, name) => {
      if (name !== null && name !== basename(file)) return;
      reading = reading.then(async () => onChange(await loadSettled(file)));
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // No folder yet.
  }
  return () => watcher?.close();
}
