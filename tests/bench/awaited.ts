/** Waits for things that come as events; everything has a time limit, so that no run hangs. */
export class Awaited<T> {
  readonly #listeners = new Set<(item: T) => void>();

  emit(item: T): void {
    for (const listener of this.#listeners) listener(item);
  }

  on(listener: (item: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next item that `wanted` accepts, from now on. @throws Error after `limitMs`, naming `what` was waited for */
  next<Kind extends T>(wanted: (item: T) => item is Kind, what: string, limitMs?: number): Promise<Kind>;
  next(wanted: (item: T) => boolean, what: string, limitMs?: number): Promise<T>;
  next(wanted: (item: T) => boolean, what: string, limitMs = 10_000): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => reject(new Error(`waited ${limitMs} ms in vain for ${what}`)), limitMs);
    const stop = this.on((item) => {
      if (wanted(item)) resolve(item);
    });
    const waited = promise.finally(() => {
      clearTimeout(timer);
      stop();
    });
    // Whoever asked may fail before it gets to wait; that must not end the process.
    waited.catch(() => undefined);
    return waited;
  }
}
