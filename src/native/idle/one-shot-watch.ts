/**
 * Watches idleness where a system only answers how long the user has been idle: one timer, set for the earliest moment at
 * which the answer can matter. While the user works it fires once in `afterMs`; nothing polls.
 */
export function watchByTimer(
  idleMs: () => number | null,
  afterMs: number,
  onIdle: () => void,
  onActive: () => void,
  activityEveryMs = 1_000,
): () => void {
  let timer: NodeJS.Timeout;
  const again = (task: () => void, ms: number) => {
    timer = setTimeout(task, Math.max(1, Math.ceil(ms)));
  };
  const untilIdle = () => {
    const idle = idleMs();
    if (idle === null) return again(untilIdle, afterMs);
    if (idle < afterMs) return again(untilIdle, afterMs - idle);
    onIdle();
    again(() => untilActive(idle), activityEveryMs);
  };
  // No event tells the return of a user who was away; one look a second is all that happens until then.
  const untilActive = (last: number) => {
    const idle = idleMs();
    if (idle === null || idle >= last) return again(() => untilActive(idle ?? last), activityEveryMs);
    onActive();
    again(untilIdle, afterMs - idle);
  };
  again(untilIdle, 1);
  return () => clearTimeout(timer);
}
