const DAY_MS = 86_400_000;

/**
 * Whole days until `notAfter`, both milliseconds since 1970: instants, so no time zone or summer time can move them.
 * 0 on the last day, negative after it.
 */
export function daysLeft(notAfter: number, now: number): number {
  return Math.floor((notAfter - now) / DAY_MS);
}

/**
 * The rung of the ladder a certificate stands on: the smallest number of days that still covers it; null when it has longer
 * to go than the highest rung, or has expired (then it is trouble, not a warning).
 * @param ladder days, in any order
 */
export function rungFor(notAfter: number, now: number, ladder: readonly number[]): number | null {
  if (now > notAfter) return null;
  const reached = ladder.filter((days) => notAfter - now <= days * DAY_MS);
  return reached.length === 0 ? null : Math.min(...reached);
}
