import { type Usage, usageOf } from './process-usage.ts';
import type { Report } from './report.ts';
import { medianOf } from './statistics.ts';

export type Sample = Usage & {
  /** What the program really holds ({@link LiveMemory}); null where that is not asked. */
  readonly liveMb: number | null;
};

/** How a process's use of the machine went over a run: its first third against its last, by medians. */
export type Growth = {
  readonly samples: number;
  readonly early: Sample;
  readonly late: Sample;
  /** Late less early, of its own memory: what it shares is counted differently as neighbours come and go. */
  readonly ussMb: number;
  readonly liveMb: number | null;
  readonly descriptors: number;
  readonly threads: number;
};

/** Samples of one process, taken at comparable moments. */
export class GrowthWatch {
  readonly #samples: Sample[] = [];

  /** A process that is gone gives no sample. */
  sample(pid: number, liveMb: number | null = null): void {
    const usage = usageOf(pid);
    if (usage !== null) this.#samples.push({ ...usage, liveMb });
  }

  /** Null with fewer than three samples: nothing can be said of growth. */
  growth(): Growth | null {
    const third = Math.floor(this.#samples.length / 3);
    if (third === 0) return null;
    const early = medianSample(this.#samples.slice(0, third));
    const late = medianSample(this.#samples.slice(-third));
    return {
      samples: this.#samples.length,
      early,
      late,
      ussMb: late.ussMb - early.ussMb,
      liveMb: late.liveMb === null || early.liveMb === null ? null : late.liveMb - early.liveMb,
      descriptors: late.descriptors - early.descriptors,
      threads: late.threads - early.threads,
    };
  }
}

function medianSample(samples: readonly Sample[]): Sample {
  const median = (of: (sample: Sample) => number) => medianOf(samples.map(of));
  const live = samples.map(({ liveMb }) => liveMb).filter((liveMb) => liveMb !== null);
  return {
    rssMb: median(({ rssMb }) => rssMb),
    pssMb: median(({ pssMb }) => pssMb),
    ussMb: median(({ ussMb }) => ussMb),
    inPairMb: median(({ inPairMb }) => inPairMb),
    descriptors: median(({ descriptors }) => descriptors),
    threads: median(({ threads }) => threads),
    liveMb: live.length === 0 ? null : medianOf(live),
  };
}

/**
 * MB (10^6 bytes) that growth may come to. What the agent holds is asked exactly; its memory as seen from outside moves up
 * and down by 10 MB and more as V8 and the allocator please (watched over 17,000 cycles), so only a landslide shows there.
 */
export const ALLOWED_GROWTH = { liveMb: 1, agentMb: 10, cardProcessMb: 3 } as const;

/**
 * Holds one process's growth to its limits.
 * @param allowedDescriptors 0 where the samples were taken at moments of rest
 */
export function limitGrowth(
  report: Report,
  name: string,
  growth: Growth | null,
  allowedMb: number,
  allowedDescriptors = 0,
): void {
  if (growth === null) {
    report.fail(`${name}: too few samples to speak of growth`);
    return;
  }
  if (growth.liveMb !== null) {
    report.limit(`${name}: live memory grown`, growth.liveMb, 'at most', ALLOWED_GROWTH.liveMb, 'MB');
  }
  report.limit(`${name}: memory grown (USS)`, growth.ussMb, 'at most', allowedMb, 'MB');
  report.limit(`${name}: descriptors grown`, growth.descriptors, 'at most', allowedDescriptors, '');
  report.limit(`${name}: threads grown`, growth.threads, 'at most', 0, '');
}
