import { EventEmitter, once } from 'node:events';

/** Collects what a program under test calls back with, and hands it out one after the other. */
export class Told<T> {
  readonly #events = new EventEmitter();
  readonly #waiting: T[] = [];

  readonly tell = (what: T): void => {
    this.#waiting.push(what);
    this.#events.emit('told');
  };

  /** What was told and not handed out yet. */
  get waiting(): readonly T[] {
    return this.#waiting;
  }

  async next(): Promise<T> {
    while (true) {
      const [first] = this.#waiting.splice(0, 1);
      if (first !== undefined) return first;
      await once(this.#events, 'told');
    }
  }
}
