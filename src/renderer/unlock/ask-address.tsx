import { useRef, useState } from 'react';
import type { UnlockView } from '../../core/contract/unlock.ts';
import type { TextKey } from '../../core/language/translator.ts';
import { useLanguage } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button } from '../elements/button.tsx';
import { Doing } from '../elements/doing.tsx';
import { ProblemBox } from '../elements/problem.tsx';
import { ClearField, takeTyped } from './clear-field.tsx';
import { Question } from './page.tsx';
import { useAsk } from './use-ask.ts';
import { useStepProblem } from './use-step-problem.ts';
import { couldBeAddress, trimmed } from './what-was-typed.ts';

/** The longest email address (RFC 5321, section 4.5.3.1.3). */
const LONGEST = 254;

/** Where the code shall go. What is typed is told to the agent and then forgotten here. */
export function AskAddress({ unlock, busy }: { unlock: UnlockView; busy: boolean }) {
  const { text } = useLanguage();
  const { problem, asking, ask } = useAsk();
  const field = useRef<HTMLInputElement>(null);
  const [fieldProblem, setFieldProblem] = useState<TextKey | null>(null);
  const [round, setRound] = useState(0);
  const sending = busy || asking;
  const stepProblem = useStepProblem(unlock);
  const shown = problem ?? stepProblem;

  const send = () => {
    const input = field.current;
    if (sending || input === null) return;
    if (!couldBeAddress(input.value)) {
      setFieldProblem(trimmed(input.value) === '' ? 'unlock.address.empty' : 'failures.Unlock_AddressNotUsable.says');
      input.focus();
      return;
    }
    setFieldProblem(null);
    void ask({ command: 'unlock-address', cardId: unlock.cardId }, [takeTyped(input, trimmed)]);
    // A field of its own for what is typed next: the one before takes its undo with it.
    setRound(round + 1);
  };

  return (
    <Question
      title={text('unlock.address.title')}
      step="address"
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
      onBack={() => void bridge.request({ command: 'unlock-cancel', cardId: unlock.cardId })}
    >
      {shown !== null && <ProblemBox problem={shown} />}
      <ClearField
        key={round}
        field={field}
        label={text('unlock.address.label')}
        hint={text('unlock.address.hint')}
        problem={fieldProblem}
        keyboard="email"
        maxLength={LONGEST}
        onEnter={send}
      />
      <Doing says={sending ? text('unlock.address.sending') : null} />
      <Button onClick={send} disabled={sending}>
        {text('unlock.address.send')}
      </Button>
      <p className="wk-unlock__small">{text('unlock.address.privacy')}</p>
    </Question>
  );
}
