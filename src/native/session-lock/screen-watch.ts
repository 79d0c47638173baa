import type { ScreenState } from '../../core/contract/desktop-session.ts';

/** Holds the last screen state and tells each change once, whatever number of sources it is judged from. */
export class ScreenWatch {
  readonly #judge: () => ScreenState;
  readonly #listeners = new Set<(state: ScreenState) => void>();
  #last: ScreenState;

  constructor(judge: () => ScreenState) {
    this.#judge = judge;
    this.#last = judge();
  }

  /** Judges again; call it after anything that the judgement depends on. */
  look(): ScreenState {
    const state = this.#judge();
    if (state !== this.#last) {
      this.#last = state;
      for (const listener of this.#listeners) tell(listener, state);
    }
    return state;
  }

  onChange(listener: (state: ScreenState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
  }
}

/** A listener's defect is its own: it must neither keep others from being told nor break the lock that is under way. */
function tell(listener: (state: ScreenState) => void, state: ScreenState): void {
  try {
    listener(state);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
