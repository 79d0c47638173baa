/** Waits until `done` has come, but no longer than `limitMs` milliseconds. */
export async function within(limitMs: number, done: Promise<unknown>): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, limitMs);
  await Promise.race([done, limit.promise]);
  clearTimeout(timer);
}
