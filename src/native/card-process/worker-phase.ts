import type { CardPhase } from '../pcsc/pcsc-card.ts';

const PHASES: readonly CardPhase[] = ['idle', 'waiting-for-access', 'talking'];
const PHASE = 0;
const ABANDONED = 1;

/**
 * What a card worker is doing at this moment, in shared memory: a worker inside a call can neither tell nor be told
 * anything else. The main thread reads the phase, and may mark the worker as abandoned.
 */
export class WorkerPhase {
  readonly cells: Int32Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.cells = new Int32Array(buffer);
  }

  get(): CardPhase {
    return PHASES[Atomics.load(this.cells, PHASE)] ?? 'idle';
  }

  set(phase: CardPhase): void {
    Atomics.store(this.cells, PHASE, PHASES.indexOf(phase));
  }

  /** Its operation was answered in its place: whatever comes next must not reach the card, a PIN least of all. */
  abandon(): void {
    Atomics.store(this.cells, ABANDONED, 1);
  }

  abandoned(): boolean {
    return Atomics.load(this.cells, ABANDONED) === 1;
  }
}
