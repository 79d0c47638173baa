import type { FindingView } from '../../core/contract/view.ts';
import { useLanguage } from '../app/view.ts';
import { findingSentence, findingStep } from './finding-sentence.ts';
import { StateMark } from './state-mark.tsx';

/** What was found, in the order in which one thing needs the other. */
export function Findings({ findings }: { findings: readonly FindingView[] }) {
  const { text } = useLanguage();
  return (
    <section aria-label={text('diagnostics.results')}>
      <ol className="wk-findings">
        {findings.map((finding, place) => (
          <Finding key={place} finding={finding} />
        ))}
      </ol>
    </section>
  );
}

function Finding({ finding }: { finding: FindingView }) {
  const translator = useLanguage();
  const { text } = translator;
  const { check, state, code, detail } = finding;
  return (
    <li className={`wk-finding wk-finding--${state}`}>
      <StateMark state={state} />
      <div className="wk-finding__words">
        <h2 className="nhsuk-heading-xs wk-finding__title">{text(`diagnostics.check.${check}`)}</h2>
        <p className="wk-finding__state">{text(`diagnostics.state.${state}`)}</p>
        <p>{findingSentence(finding, translator)}</p>
        {code !== null && (
          <>
            <p>
              <strong>{findingStep(code, translator)}</strong>
            </p>
            {detail !== null && (
              <p className="wk-finding__detail">{text(`diagnostics.${detailOf(check)}`, { detail })}</p>
            )}
            <p className="wk-code">{code}</p>
          </>
        )}
      </div>
    </li>
  );
}

/** What the detail of a trouble is: what was found, or what was looked for. */
function detailOf(check: FindingView['check']): 'found' | 'missing' | 'asked' {
  if (check === 'network') return 'missing';
  return check === 'desk' ? 'asked' : 'found';
}
