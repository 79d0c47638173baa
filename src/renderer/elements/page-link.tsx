import { useState } from 'react';
import type { OrganisationPage } from '../../core/agent/policy-names.ts';
import { useLanguage } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button, type ButtonProps } from './button.tsx';
import { type Problem, ProblemBox } from './problem.tsx';

/** Opens one of the organisation's pages in the user's browser. */
export function PageButton({
  page,
  children,
  look = 'primary',
}: Pick<ButtonProps, 'children' | 'look'> & { page: OrganisationPage }) {
  const { text } = useLanguage();
  const [problem, setProblem] = useState<Problem | null>(null);
  const open = async () => {
    setProblem(null);
    const outcome = await bridge.request({ command: 'open-page', page });
    if (!outcome.ok) setProblem(outcome);
  };
  return (
    <>
      {problem !== null && <ProblemBox problem={problem} />}
      <Button look={look} onClick={() => void open()}>
        {children}
        <span className="nhsuk-u-visually-hidden"> ({text('common.opensInBrowser')})</span>
      </Button>
    </>
  );
}
