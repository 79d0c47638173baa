/** Milliseconds of the machine's monotonic clock: the same clock in every thread and process of one machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
