/** Wraps `start` so that calls made while a run is under way share it. The first call runs `start` synchronously. */
export function oneRun<T>(start: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= start().finally(() => {
      running = null;
    });
    return running;
  };
}
