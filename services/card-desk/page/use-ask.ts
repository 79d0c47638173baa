import { createContext, useContext, useRef, useState } from 'react';
import type { DeskAsk, DeskOperationName } from '../../../src/core/contract/card-desk/operations.ts';
import { newKey, type Problem, type ProblemCode, type Reply } from './desk.ts';

/** Asks the desk as the RA who is signed in. */
export type Ask = <Name extends DeskOperationName>(
  name: Name,
  ask: Partial<DeskAsk<Name>>,
  key?: string,
) => Promise<Reply<Name>>;

export const AskContext = createContext<Ask>(() => {
  throw new Error('nobody is signed in');
});

/** After these nobody knows whether it was done. */
const MAY_BE_DONE: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'not-reached',
  'Desk_Unavailable',
  'Desk_Internal',
]);

/**
 * One thing at a time: what is asked while another is under way is not asked. `problem`: of the last one. What is asked again
 * after its answer was lost is done once.
 */
export function useAsk() {
  const ask = useContext(AskContext);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const lost = useRef<{ readonly asked: string; readonly key: string } | null>(null);
  const one = async <Name extends DeskOperationName>(
    name: Name,
    asked: Partial<DeskAsk<Name>>,
    onAnswer: (answer: Extract<Reply<Name>, { ok: true }>['answer']) => void,
  ): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const text = JSON.stringify([name, asked]);
    const key = lost.current?.asked === text ? lost.current.key : newKey();
    const reply = await ask(name, asked, key);
    lost.current = !reply.ok && MAY_BE_DONE.has(reply.problem.code) ? { asked: text, key } : null;
    setBusy(false);
    if (reply.ok) onAnswer(reply.answer);
    else setProblem(reply.problem);
  };
  return { ask: one, busy, problem, forget: () => setProblem(null) };
}
