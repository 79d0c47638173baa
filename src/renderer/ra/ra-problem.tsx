import type { FailureCode } from '../../core/agent/failure-codes.ts';
import { useLanguage } from '../app/view.ts';
import { type Problem, ProblemBox } from '../elements/problem.tsx';

/** Where an RA at this page does something else than a person whose card is being unlocked, or a person at a terminal. */
const OTHERWISE = ['Desk_NotReached', 'Desk_Unavailable', 'Desk_PageNotOpened'] as const;

const isOtherwise = (code: FailureCode): code is (typeof OTHERWISE)[number] => OTHERWISE.some((each) => each === code);

export function RaProblem({ problem }: { problem: Problem }) {
  const { text } = useLanguage();
  const { code } = problem;
  return isOtherwise(code) ? (
    <ProblemBox problem={problem} next={text(`ra.next.${code}`)} />
  ) : (
    <ProblemBox problem={problem} />
  );
}
