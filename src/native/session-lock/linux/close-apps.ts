import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { ActionOutcome } from '../../../core/contract/desktop-session.ts';

type Program = { readonly pid: number; readonly parent: number; readonly names: ReadonlySet<string> };

/**
 * Asks this user's programs with one of these names to end, by SIGTERM: the desktops' close button is a message of the
 * window system that only the desktop itself may send on Wayland. Of a program with helper processes of the same name (every
 * browser), only the first is asked and ends the others in its own order.
 */
export function closeApps(names: readonly string[]): ActionOutcome {
  const wanted = new Set(names);
  const matching = new Map<number, Program>();
  for (const program of ownPrograms())
    if ([...program.names].some((name) => wanted.has(name))) matching.set(program.pid, program);
  const refused: number[] = [];
  let asked = 0;
  for (const { pid, parent } of matching.values()) {
    // Not ourselves, nor what runs us.
    if (matching.has(parent) || pid === process.pid || pid === process.ppid) continue;
    try {
      process.kill(pid, 'SIGTERM');
      asked++;
    } catch (error) {
      // ESRCH: it has ended meanwhile, which is what was wanted.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) refused.push(pid);
    }
  }
  return refused.length === 0
    ? { done: true, detail: asked === 0 ? 'no such program runs' : null }
    : { done: false, detail: `process ${refused.join(', ')} could not be signalled` };
}

function* ownPrograms(): Generator<Program> {
  const uid = process.getuid?.();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const status = readFileSync(`/proc/${entry}/status`, 'utf8');
      if (Number(/^Uid:\t(\d+)/m.exec(status)?.[1]) !== uid) continue;
      const parent = Number(/^PPid:\t(\d+)/m.exec(status)?.[1]);
      yield { pid: Number(entry), parent, names: namesOf(entry) };
    } catch {
      // It ended while we looked.
    }
  }
}

/** By its file, and by how it was called: a program that is a script or a link is known to people by the latter. */
function namesOf(pid: string): ReadonlySet<string> {
  const names = new Set<string>();
  const [called = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  if (called !== '') names.add(basename(called));
  try {
    names.add(basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')));
  } catch {
    // A kernel thread has no file, and of a process with other rights we may not know it.
  }
  return names;
}
