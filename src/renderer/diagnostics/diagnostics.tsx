import { useCallback, useEffect, useRef, useState } from 'react';
import type { FindingView } from '../../core/contract/view.ts';
import { HOME } from '../app/places.ts';
import { useLanguage } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Back } from '../elements/back.tsx';
import { Button } from '../elements/button.tsx';
import { Contact } from '../elements/contact.tsx';
import { Heading } from '../elements/heading.tsx';
import { type Problem, ProblemBox } from '../elements/problem.tsx';
import { Findings } from './findings.tsx';
import { Report } from './report.tsx';

/** Looks at all that signing in needs, in order, and says what to do about each trouble. */
export function Diagnostics() {
  const { text } = useLanguage();
  const [findings, setFindings] = useState<readonly FindingView[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [checking, setChecking] = useState(true);
  const round = useRef(0);
  const check = useCallback(async () => {
    const mine = ++round.current;
    const outcome = await bridge.request({ command: 'diagnose' });
    // The page may be closed by now, or have asked again.
    if (mine !== round.current) return;
    setChecking(false);
    if (outcome.ok) setFindings(outcome.value);
    else setProblem(outcome);
  }, []);
  useEffect(() => {
    void check();
    return () => {
      round.current++;
    };
  }, [check]);
  const again = () => {
    setProblem(null);
    setChecking(true);
    void check();
  };
  return (
    <>
      <Back to={HOME} />
      <Heading>{text('common.diagnostics')}</Heading>
      <p>{text('diagnostics.intro')}</p>
      {problem !== null && <ProblemBox problem={problem} />}
      <Summary checking={checking} findings={findings} />
      {/* What was found last stays while it is looked at again. */}
      {findings !== null && <Findings findings={findings} />}
      <Button onClick={again} disabled={checking}>
        {text('diagnostics.again')}
      </Button>
      <Report />
      <h2 className="nhsuk-heading-s">{text('diagnostics.whoHelps')}</h2>
      <Contact who="it" />
    </>
  );
}

/** Heard when the check is done: how many things need attention. */
function Summary({ checking, findings }: { checking: boolean; findings: readonly FindingView[] | null }) {
  const { text } = useLanguage();
  const troubles = (findings ?? []).filter(({ state }) => state === 'failed' || state === 'warning').length;
  return (
    <div className="wk-summary" role="status">
      {checking && (
        <>
          <progress className="wk-progress" aria-label={text('diagnostics.checking')} />
          <p>{text('diagnostics.checking')}</p>
        </>
      )}
      {!checking && findings !== null && (
        <p className="wk-summary__words">
          {troubles === 0 ? text('diagnostics.allWell') : text('diagnostics.troubles', { count: troubles })}
        </p>
      )}
    </div>
  );
}
