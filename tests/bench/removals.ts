import type { AgentLine, LineOf } from './agent-lines.ts';
import type { FloorSight } from './floor.ts';
import type { Scene } from './scene.ts';

/** One pull of an active card, as everybody saw it. Times in milliseconds of the monotonic clock. */
export type Removal = {
  /** The simulator let the card go. */
  readonly pulledAt: number;
  /** The C program was told. */
  readonly floor: FloorSight;
  /** The agent asked for the lock. */
  readonly requested: LineOf<'lock-requested'>;
  /** The lock was confirmed, or every way to it had failed. */
  readonly acted: LineOf<'acted'>;
};

/** Not one that a user asked for. */
const forRemoval = ({ decision }: { decision: number }) => decision > 0;

export async function pullActiveCard(scene: Scene): Promise<Removal> {
  const { agent, reader } = scene;
  const seen = scene.sight('removed');
  const asked = agent.next('lock-requested', forRemoval, 'the lock to be requested');
  const done = agent.next('acted', forRemoval, 'the lock to be confirmed');
  const pulledAt = await reader.pull();
  if (pulledAt === null) throw new Error('there was no card to pull');
  return { pulledAt, floor: await seen, requested: await asked, acted: await done };
}

/** Counts what must come for each removal: one decision, settled once, and a lock asked for. */
export class RemovalTally {
  /** Removals that the C program saw. */
  seen = 0;
  readonly #decided = new Map<number, number>();
  readonly #requested = new Map<number, number>();
  readonly #settled = new Map<number, number>();

  constructor(scene: Scene) {
    scene.floor.sights.on(({ kind }) => {
      if (kind === 'removed') this.seen += 1;
    });
    scene.agent.lines.on((line) => this.#count(line));
  }

  get decisions(): number {
    return sum(this.#decided);
  }

  /** Decisions that were told or settled otherwise than once, or no lock was asked for. A lock that fell is asked for again. */
  get irregular(): number {
    const numbers = new Set([...this.#decided.keys(), ...this.#requested.keys(), ...this.#settled.keys()]);
    const isRegular = (number: number) =>
      this.#decided.get(number) === 1 && this.#settled.get(number) === 1 && this.#requested.has(number);
    return [...numbers].filter((number) => !isRegular(number)).length;
  }

  #count(line: AgentLine): void {
    if (line.event === 'decided') increment(this.#decided, line.decision.number);
    if (line.event === 'lock-requested') increment(this.#requested, line.decision);
    if (line.event === 'settled') increment(this.#settled, line.decision);
  }
}

function increment(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sum(counts: Map<number, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
