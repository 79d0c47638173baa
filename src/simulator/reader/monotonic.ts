/** Milliseconds of the machine's monotonic clock (CLOCK_MONOTONIC): comparable between processes of one machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Timers are whole milliseconds and up to one late; the rest is waited out asleep, with the thread held. */
const HELD_MS = 1.6;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs `task` at `deadline` (monotonicMs), at once when that has passed; a tenth of a millisecond late at most on an
 * idle machine.
 */
export function runAt(deadline: number, task: () => void): void {
  const left = deadline - monotonicMs();
  if (left > HELD_MS) {
    setTimeout(runAt, Math.floor(left - HELD_MS), deadline, task);
    return;
  }
  if (left > 0) Atomics.wait(pause, 0, 0, left);
  task();
}
