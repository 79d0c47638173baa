/**
 * When a CRL or an OCSP answer is fetched anew. Pure: all times are milliseconds since 1970.
 *
 * Halfway through its window, so that a server may be away for a good while before anyone is kept out; spread by chance, so
 * that the workstations of a hospital do not all ask in the same minute.
 */

export type Window = {
  readonly thisUpdate: number;
  /** null where the issuer names none (RFC 5280, section 5.1.2.5 and RFC 6960, section 4.2.2.1): then an age cap holds. */
  readonly nextUpdate: number | null;
};

export type Attempts = {
  /** null: never tried. */
  readonly lastAt: number | null;
  /** Attempts in a row that brought nothing that holds: no answer, or one that is refused or already past its window. */
  readonly failures: number;
  /**
   * Cards are refused, or pass by grace alone, for want of it, and the last attempt reached nobody: it costs little to ask
   * again, so that it is here soon after the network is. What a server has and is of no use is not fetched again and again.
   */
  readonly pressing?: boolean;
};

export type PlanRules = {
  /** How old a statement without nextUpdate may become, milliseconds. */
  readonly maxAgeMs: number;
};

/** No server is asked more often for the same thing. */
export const MIN_INTERVAL_MS = 60_000;
/** After failures: doubled from the shortest interval up to this. */
export const MAX_BACKOFF_MS = 3_600_000;
/** The same for what is pressing. */
export const MAX_PRESSING_BACKOFF_MS = 120_000;
/** What fails for so long is no passing trouble. */
export const LASTING_TROUBLE_MS = 300_000;

const EARLIEST = 0.5;
const LATEST = 0.75;

/**
 * When the next attempt is due; a time that is not later than `now` means at once.
 * @param window of what is there and holds; null: nothing is
 * @param random 0 to 1, drawn once for each statement or failure and kept, else the plan moves whenever it is looked at
 */
export function nextFetchAt(
  window: Window | null,
  attempts: Attempts,
  rules: PlanRules,
  now: number,
  random: number,
): number {
  // Where the clock was turned back, the last attempt seems to lie ahead: nobody waits for that hour to come again.
  const lastAt = attempts.lastAt === null ? null : Math.min(attempts.lastAt, now);
  const holds = window !== null && window.thisUpdate <= now;
  const wanted = holds ? within(window, attempts.failures > 0 ? null : lastAt, rules, random) : now;
  return lastAt === null ? wanted : Math.max(wanted, lastAt + pause(attempts, random));
}

/**
 * Whether it ends soon and is still what was there when its renewal was planned: all of that plan's time is over.
 * @param maxAgeMs for a statement without nextUpdate
 */
export function isLate(window: Window, maxAgeMs: number, now: number): boolean {
  const end = windowEnd(window, maxAgeMs);
  return now <= end && now >= window.thisUpdate + (end - window.thisUpdate) * LATEST;
}

/** When what is there stops to hold. @param maxAgeMs for a statement without nextUpdate */
export function windowEnd({ thisUpdate, nextUpdate }: Window, maxAgeMs: number): number {
  return nextUpdate ?? thisUpdate + maxAgeMs;
}

/** @param answeredAt the last attempt, if it succeeded */
function within(window: Window, answeredAt: number | null, rules: PlanRules, random: number): number {
  const end = windowEnd(window, rules.maxAgeMs);
  const planned = between(window.thisUpdate, end, random);
  // The plan was kept and brought nothing newer, as is usual where an authority issues shortly before its window ends:
  // then half of what is left is waited for, and half of that, not the shortest interval again and again.
  return answeredAt === null || answeredAt < planned ? planned : between(Math.min(answeredAt, end), end, random);
}

function between(start: number, end: number, random: number): number {
  const share = EARLIEST + (LATEST - EARLIEST) * random;
  return start + Math.max(0, end - start) * share;
}

/** The shortest interval, doubled for each failure after the first, within the longest; up to a fifth shorter than that by chance. */
function pause({ failures, pressing = false }: Attempts, random: number): number {
  if (failures === 0) return MIN_INTERVAL_MS;
  const backoff = MIN_INTERVAL_MS * 2 ** Math.min(failures - 1, 16);
  const spread = 1 + random / 4;
  const longest = pressing ? MAX_PRESSING_BACKOFF_MS : MAX_BACKOFF_MS;
  return Math.min(backoff, longest / 1.25) * spread;
}
