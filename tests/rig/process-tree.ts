import { readdirSync, readFileSync } from 'node:fs';

/** Processes that live, with who started them and what with. Zombies do not live. */
function processes(): ReadonlyArray<{ readonly pid: number; readonly parent: number; readonly command: string }> {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, state, parent] = /\) (\S) (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? [];
      if (state === undefined || state === 'Z') return [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      return [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

/** What a process has started, and what that has; and all that name `word` on their command lines, whoever started them. */
export function familyOf(pid: number, word: string): readonly number[] {
  const all = processes();
  const family = new Set(all.filter(({ command }) => command.includes(word)).map((each) => each.pid));
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const each of all) if (each.parent === pid || family.has(each.parent)) family.add(each.pid);
  }
  return [...family].filter((each) => each !== pid && each !== process.pid);
}

/** What a process has started itself. */
export function childrenOf(pid: number): readonly number[] {
  return processes().flatMap((each) => (each.parent === pid ? [each.pid] : []));
}

/** Those that still live, with what they were started with. */
export function stillRunning(pids: readonly number[]): readonly string[] {
  return processes().flatMap(({ pid, command }) => (pids.includes(pid) ? [command] : []));
}
