const MINUTE_MS = 60_000;

/** At these a screen reader hears how much time is left: often enough to hurry up, not so often as to talk over everything. */
const SPOKEN = [10, 5, 2, 1] as const;

/** Minutes begun, so that the first one reads 15; 0: none. @param leftMs milliseconds */
export function minutesLeft(leftMs: number): number {
  return Math.max(0, Math.ceil(leftMs / MINUTE_MS));
}

/** The last of the spoken moments that has been reached; null before the first. */
export function spokenMinutes(minutes: number): number | null {
  return SPOKEN.findLast((each) => minutes <= each) ?? null;
}
