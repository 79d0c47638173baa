import { useRef, useState } from 'react';
import type { UnlockView, UnlockWay } from '../../core/contract/unlock.ts';
import type { TextKey } from '../../core/language/translator.ts';
import { useLanguage } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { Contact } from '../elements/contact.tsx';
import { Doing } from '../elements/doing.tsx';
import { ProblemBox } from '../elements/problem.tsx';
import { ClearField, takeTyped } from './clear-field.tsx';
import { Question, Stop } from './page.tsx';
import { useAsk } from './use-ask.ts';
import { useStepProblem } from './use-step-problem.ts';
import { couldBeCode, digitsOf } from './what-was-typed.ts';

/** Room for a code that is pasted with what stood around it. */
const LONGEST = 20;

/** The code of the message. Whether the address was known is not told here, nor anywhere. */
export function AskCode({ unlock, busy }: { unlock: UnlockView; busy: boolean }) {
  const { text, list } = useLanguage();
  const { problem, asking, ask } = useAsk();
  const stepProblem = useStepProblem(unlock);
  const field = useRef<HTMLInputElement>(null);
  const [fieldProblem, setFieldProblem] = useState<TextKey | null>(null);
  const [round, setRound] = useState(0);
  const checking = busy || asking;
  const shown = problem ?? stepProblem;

  const check = () => {
    const input = field.current;
    if (checking || input === null) return;
    if (!couldBeCode(input.value)) {
      setFieldProblem('failures.Unlock_CodeMalformed.says');
      input.focus();
      return;
    }
    setFieldProblem(null);
    void ask({ command: 'unlock-code', cardId: unlock.cardId }, [takeTyped(input, digitsOf)]);
    setRound(round + 1);
  };
  const startAgain = (way: UnlockWay) => {
    const { reader, cardId } = unlock;
    if (!checking) void ask({ command: 'unlock-start', reader, cardId, way });
  };

  return (
    <Question
      title={text('unlock.code.title')}
      step="code"
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
    >
      <p>{text('unlock.code.sent')}</p>
      {shown !== null && <ProblemBox problem={shown} />}
      <ClearField
        key={round}
        field={field}
        label={text('unlock.code.label')}
        hint={text('unlock.code.hint')}
        problem={fieldProblem}
        keyboard="numeric"
        maxLength={LONGEST}
        onEnter={check}
      />
      <Doing says={checking ? text('unlock.code.checking') : null} />
      <Button onClick={check} disabled={checking}>
        {text('unlock.code.check')}
      </Button>
      {unlock.codeTriesLeft !== null && shown === null && (
        <p>{text('unlock.code.tries', { count: unlock.codeTriesLeft })}</p>
      )}
      <section className="wk-unlock__else" aria-labelledby="no-code">
        <h2 id="no-code" className="nhsuk-heading-s">
          {text('unlock.code.none')}
        </h2>
        <ul className="wk-points">
          {list('unlock.code.noneList').map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
        <Button look="secondary" onClick={() => startAgain('self-service')}>
          {text('unlock.code.again')}
        </Button>
        <Button look="secondary" onClick={() => startAgain('assisted')}>
          {text('unlock.code.withRa')}
        </Button>
        <Contact who="ra" />
      </section>
      <Stop unlock={unlock} />
    </Question>
  );
}
