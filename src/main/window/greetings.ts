import { countdownFor } from '../../core/agent/card-session.ts';
import type { CardPhase } from '../../core/agent/phases.ts';
import type { AgentState } from '../../core/agent/state.ts';
import { type ReaderStatus, readerStatus } from '../../core/agent/status.ts';

/** A card in one of these wants its user now. */
const WANTS_ITS_USER: ReadonlySet<CardPhase> = new Set([
  'awaiting-passcode',
  'awaiting-insertion',
  'blocked',
  'certificate-trouble',
  'unreadable',
]);

type Wanting = { readonly stay: string; readonly status: ReaderStatus };

const need = ({ stay, status }: Wanting) => `${stay} ${status.phase}`;

/** Which cards have been brought to their user's notice: once for each stay in a reader, however often a passcode is wrong. */
export class Greetings {
  private greeted: ReadonlySet<string> = new Set();

  /** The cards that want their user, and those among them that nobody has been told of. */
  look(state: AgentState): { readonly waiting: number; readonly fresh: readonly ReaderStatus[] } {
    const waiting = wanting(state);
    const fresh = waiting.filter((each) => !this.greeted.has(need(each)));
    this.forget(state);
    return { waiting: waiting.length, fresh: fresh.map(({ status }) => status) };
  }

  /** All that wait now have been brought to their user's notice. */
  done(state: AgentState): void {
    this.greeted = new Set([...this.greeted, ...wanting(state).map(need)]);
  }

  /** What has gone; and what was signed in: if that session ends while the card stays, the card wants its user anew. */
  private forget(state: AgentState): void {
    if (this.greeted.size === 0) return;
    const stays = new Set(
      state.readers.flatMap(({ slot }) => (slot.kind === 'card' && slot.session === null ? [slot.insertion] : [])),
    );
    this.greeted = new Set([...this.greeted].filter((each) => stays.has(each.split(' ', 1)[0] ?? '')));
  }
}

function wanting(state: AgentState): Wanting[] {
  return state.readers.flatMap((reader) => {
    const { slot } = reader;
    // A card that comes back within its countdown is at once what it was: it wants nobody while it is being read.
    if (slot.kind !== 'card' || countdownFor(state, slot) !== null) return [];
    const status = readerStatus(state, reader);
    return WANTS_ITS_USER.has(status.phase) ? [{ stay: slot.insertion, status }] : [];
  });
}
