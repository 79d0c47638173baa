import { useEffect, useRef } from 'react';
import type { FailureCode } from '../../core/agent/failure-codes.ts';
import { useLanguage } from '../app/view.ts';

export type Problem = {
  readonly code: FailureCode;
  readonly triesLeft?: number | null | undefined;
};

/**
 * What went wrong, what to do, and the code for the help desk. Takes the focus, so that it is heard.
 * @param next what to do, where it is something else on this page
 */
export function ProblemBox({ problem, next }: { problem: Problem; next?: string }) {
  const { text } = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  // Each new problem is a new object: the same mistake made twice is told twice.
  useEffect(() => {
    if (problem !== null) box.current?.focus();
  }, [problem]);
  const { code, triesLeft } = problem;
  return (
    <div ref={box} className="nhsuk-error-summary wk-problem" role="alert" tabIndex={-1}>
      <h2 className="nhsuk-error-summary__title">{text(`failures.${code}.says`)}</h2>
      <div className="nhsuk-error-summary__body">
        {triesLeft !== undefined && triesLeft !== null && triesLeft > 0 && (
          <p className="wk-problem__tries">{text('common.triesLeft', { count: triesLeft })}</p>
        )}
        <p>{next ?? text(`failures.${code}.next`)}</p>
        <p className="wk-code">{code}</p>
      </div>
    </div>
  );
}
