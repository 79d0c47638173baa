import { createContext, useContext, useState } from 'react';
import type { DeskAsk, DeskOperationName } from '../../../src/core/contract/card-desk.ts';
import type { Problem, Reply } from './desk.ts';

/** Asks the desk as the RA who is signed in. */
export type Ask = <Name extends DeskOperationName>(name: Name, ask: Partial<DeskAsk<Name>>) => Promise<Reply<Name>>;

export const AskContext = createContext<Ask>(() => {
  throw new Error('nobody is signed in');
});

/** One thing at a time: what is asked while another is under way is not asked. `problem`: of the last one. */
export function useAsk() {
  const ask = useContext(AskContext);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const one = async <Name extends DeskOperationName>(
    name: Name,
    asked: Partial<DeskAsk<Name>>,
    onAnswer: (answer: Extract<Reply<Name>, { ok: true }>['answer']) => void,
  ): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const reply = await ask(name, asked);
    setBusy(false);
    if (reply.ok) onAnswer(reply.answer);
    else setProblem(reply.problem);
  };
  return { ask: one, busy, problem, forget: () => setProblem(null) };
}
