/** Milliseconds of the machine's monotonic clock (CLOCK_MONOTONIC), as every line and stamp here tells time. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
