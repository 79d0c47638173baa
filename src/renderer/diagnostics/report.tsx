import { useState } from 'react';
import { useLanguage } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button } from '../elements/button.tsx';
import { type Problem, ProblemBox } from '../elements/problem.tsx';

/** Writes the report for the help desk and says where it is. */
export function Report() {
  const { text } = useLanguage();
  const [saving, setSaving] = useState(false);
  const [path, setPath] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const save = async () => {
    setSaving(true);
    setProblem(null);
    const outcome = await bridge.request({ command: 'make-report' });
    setSaving(false);
    // One from before is not called saved beside one that was not.
    setPath(outcome.ok ? outcome.value : null);
    if (!outcome.ok) setProblem(outcome);
  };
  return (
    <section className="wk-report" aria-label={text('diagnostics.report')}>
      {problem !== null && <ProblemBox problem={problem} />}
      <Button look="secondary" onClick={() => void save()} disabled={saving}>
        {text(saving ? 'diagnostics.reporting' : 'diagnostics.report')}
      </Button>
      <div role="status">
        {path !== null && (
          <div className="nhsuk-inset-text wk-inset">
            <p>
              <strong>{text('diagnostics.reportSaved')}</strong>
            </p>
            <p>{text('diagnostics.reportWhere')}</p>
            <p className="wk-path">{path}</p>
          </div>
        )}
      </div>
      <p>{text('diagnostics.reportHolds')}</p>
    </section>
  );
}
