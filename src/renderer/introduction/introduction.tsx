import { useState } from 'react';
import type { PreferenceChange } from '../../core/contract/view.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button, TextButton } from '../elements/button.tsx';
import { Heading } from '../elements/heading.tsx';
import { type Problem, ProblemBox } from '../elements/problem.tsx';
import { LanguageChoice } from '../settings/language-choice.tsx';

const SCREENS = ['does', 'take', 'help'] as const;

/** What a person should know on the first day, in three short screens. */
export function Introduction() {
  const { text, list } = useLanguage();
  const { managed } = useView().preferences.language;
  const [place, setPlace] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);
  const screen = SCREENS[place] ?? 'does';
  const last = place === SCREENS.length - 1;
  const end = async () => {
    setProblem(null);
    const outcome = await bridge.request({ command: 'introduced' });
    if (!outcome.ok) setProblem(outcome);
  };
  const choose = async (change: PreferenceChange) => {
    setProblem(null);
    const outcome = await bridge.request({ command: 'set-preference', change });
    if (!outcome.ok) setProblem(outcome);
  };
  return (
    <main className="wk-introduction">
      <div key={screen}>
        <p className="wk-introduction__progress">
          {text('introduction.progress', { step: place + 1, steps: SCREENS.length })}
        </p>
        <Heading>{text(`introduction.${screen}.title`)}</Heading>
        <ul className="wk-points wk-introduction__points">
          {list(`introduction.${screen}.points`).map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      </div>
      {problem !== null && <ProblemBox problem={problem} />}
      {place === 0 && !managed && <LanguageChoice onChange={(change) => void choose(change)} />}
      <Button onClick={() => (last ? void end() : setPlace(place + 1))}>
        {text(last ? 'introduction.start' : 'common.continue')}
      </Button>
      <p className="wk-introduction__beside">
        {place > 0 && <TextButton onClick={() => setPlace(place - 1)}>{text('common.back')}</TextButton>}
        {!last && <TextButton onClick={() => void end()}>{text('introduction.skip')}</TextButton>}
      </p>
    </main>
  );
}
