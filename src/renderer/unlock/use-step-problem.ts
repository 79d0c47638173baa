import { useMemo } from 'react';
import type { UnlockView } from '../../core/contract/unlock.ts';
import type { Problem } from '../elements/problem.tsx';

/**
 * What went wrong last in this step. The same object until something is tried again, so that the keyboard is not taken from
 * somebody who types; another one after that, so that the same mistake made twice is told twice.
 */
export function useStepProblem({ problem, step, codeTriesLeft }: UnlockView): Problem | null {
  // While it works, what was wrong before is no longer true.
  const code = step === 'working' ? null : problem;
  const triesLeft = code === 'Unlock_CodeWrong' ? codeTriesLeft : null;
  return useMemo(() => (code === null ? null : { code, triesLeft }), [code, triesLeft]);
}
