import { useState } from 'react';
import { useLanguage } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button } from '../elements/button.tsx';
import { type Problem, ProblemBox } from '../elements/problem.tsx';
import { SureHeading } from './sure-heading.tsx';

/** Ends Wardkey, once it is clear what that means. */
export function Quit() {
  const { text } = useLanguage();
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const quit = async () => {
    setProblem(null);
    const outcome = await bridge.request({ command: 'quit' });
    if (!outcome.ok) setProblem(outcome);
  };
  if (!asked) {
    return (
      <section className="wk-quit" aria-label={text('settings.quit.title')}>
        <Button look="secondary" onClick={() => setAsked(true)}>
          {text('settings.quit.button')}
        </Button>
      </section>
    );
  }
  return (
    <section className="wk-quit wk-quit--asked" aria-labelledby="quit-sure">
      {problem !== null && <ProblemBox problem={problem} />}
      <SureHeading id="quit-sure">{text('settings.quit.sure')}</SureHeading>
      <p>{text('settings.quit.means')}</p>
      <Button onClick={() => setAsked(false)}>{text('settings.quit.keep')}</Button>
      <Button look="warning" onClick={() => void quit()}>
        {text('settings.quit.button')}
      </Button>
    </section>
  );
}
