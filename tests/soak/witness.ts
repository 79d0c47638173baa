import type { AgentLine, LineOf } from '../bench/agent-lines.ts';
import type { AgentProcess } from '../bench/agent-process.ts';

/** What the agent has said about sessions and decisions, in order. */
export type Testimony = ReadonlyArray<LineOf<'session-began'> | LineOf<'decided'> | LineOf<'settled'>>;

export class Witness {
  readonly #testimony: (LineOf<'session-began'> | LineOf<'decided'> | LineOf<'settled'>)[] = [];
  readonly counts = { sessions: 0, decisions: 0, locks: 0, locksInVain: 0 };
  /** The most cards that were active at once. */
  mostActive = 0;
  /** By cause and plan, how many decisions. */
  readonly decisionsBy = new Map<string, number>();
  readonly #active = new Map<string, string>();
  readonly #unsettled = new Set<number>();

  constructor(agent: AgentProcess) {
    agent.lines.on((line) => this.#hear(line));
  }

  get testimony(): Testimony {
    return this.#testimony;
  }

  /** Active cards by reader, as the agent reports them. */
  get active(): ReadonlyMap<string, string> {
    return this.#active;
  }

  /** Decisions that wait to be settled. */
  get unsettled(): number {
    return this.#unsettled.size;
  }

  #hear(line: AgentLine): void {
    switch (line.event) {
      case 'session-began':
        this.#testimony.push(line);
        this.counts.sessions += 1;
        this.#active.set(line.reader, line.cardId);
        this.mostActive = Math.max(this.mostActive, this.#active.size);
        return;
      case 'decided': {
        const { number, reader, cause, plan } = line.decision;
        const kind = `${cause}: ${plan}`;
        this.#testimony.push(line);
        this.counts.decisions += 1;
        this.decisionsBy.set(kind, (this.decisionsBy.get(kind) ?? 0) + 1);
        this.#active.delete(reader);
        this.#unsettled.add(number);
        return;
      }
      case 'settled':
        this.#testimony.push(line);
        this.#unsettled.delete(line.decision);
        return;
      case 'acted':
        if (line.done) this.counts.locks += 1;
        else this.counts.locksInVain += 1;
        return;
      case 'started':
      case 'state':
      case 'session-ended':
      case 'lock-requested':
      case 'other':
        return;
    }
  }
}
