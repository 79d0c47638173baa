import { readdirSync, readFileSync } from 'node:fs';

/** What a process takes of the machine, read from Linux's /proc. */
export type Usage = {
  /** Resident memory, shared pages in full; MB (10^6 bytes). */
  readonly rssMb: number;
  /** Shared pages by the number of their users (proc(5), smaps_rollup Pss): sums up over processes. */
  readonly pssMb: number;
  /** Only what would come free at its end. */
  readonly ussMb: number;
  /**
   * What it takes where exactly one other process shares its pages, as agent and card process share those of Node: its own
   * and half of the rest. Pss flatters while a measurement runs more Node processes beside them.
   */
  readonly inPairMb: number;
  readonly descriptors: number;
  readonly threads: number;
};

/** Null when the process is gone. */
export function usageOf(pid: number): Usage | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const mb = (field: string) => (Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(rollup)?.[1]) * 1024) / 1e6;
    const [rssMb, ussMb] = [mb('Rss'), mb('Private_Clean') + mb('Private_Dirty')];
    return {
      rssMb,
      pssMb: mb('Pss'),
      ussMb,
      inPairMb: ussMb + (rssMb - ussMb) / 2,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      threads: readdirSync(`/proc/${pid}/task`).length,
    };
  } catch {
    return null;
  }
}

export type ProcessorUse = {
  /** Time on a processor. */
  readonly ns: number;
  /** How often it was given one: wake-ups, as a rule. */
  readonly turns: number;
};

/**
 * What the process has had of the processors, as the scheduler counts it (schedstat: exact, where utime and stime count
 * ticks). Of the threads that live: a thread that ends takes its time along.
 */
export function processorUse(pid: number): ProcessorUse {
  let [ns, turns] = [0, 0];
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [onProcessor, , slices] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    ns += Number(onProcessor);
    turns += Number(slices);
  }
  return { ns, turns };
}

/** Process ids of the children. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((candidate) => Number.isInteger(candidate) && parentOf(candidate) === pid);
}

/** Null when the process is gone; a dead one that its parent has not buried yet still has one. */
export function parentOf(pid: number): number | null {
  try {
    // The command's name is in brackets and may hold anything: what follows the last bracket is fixed.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(parent);
  } catch {
    return null;
  }
}
