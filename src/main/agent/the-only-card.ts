import type { FailureCode } from '../../core/agent/failure-codes.ts';
import type { AgentState } from '../../core/agent/state.ts';

/** The reader a command means when it names none: the one with a card. With several, nobody guesses. */
export function theOnlyCard(
  state: AgentState,
  preferred: string | null = null,
): { reader: string } | { code: FailureCode } {
  if (state.service === 'absent') return { code: 'Service_Absent' };
  if (state.service === 'stopped') return { code: 'Service_Stopped' };
  if (state.readers.length === 0) return { code: 'Reader_None' };
  const filled = state.readers.filter(({ slot }) => slot.kind !== 'empty');
  const [first, second] = filled;
  if (first === undefined) return { code: 'Card_None' };
  if (second === undefined) return { reader: first.name };
  const chosen = filled.find(({ name }) => name === preferred);
  return chosen === undefined ? { code: 'Reader_Several' } : { reader: chosen.name };
}
