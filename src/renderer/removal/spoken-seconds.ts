/** The seconds at which a countdown is spoken: often enough to act, not so often as to talk over everything. */
const SPOKEN = [60, 30, 20, 10, 5] as const;

/** The last of the spoken moments that has been reached; null before the first. */
export function spokenSeconds(seconds: number): number | null {
  return SPOKEN.findLast((each) => seconds <= each) ?? null;
}
