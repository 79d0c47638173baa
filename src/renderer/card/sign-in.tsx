import { useEffect, useRef, useState } from 'react';
import type { CardView } from '../../core/contract/view.ts';
import type { TextKey } from '../../core/language/translator.ts';
import { goTo } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button, TextButton } from '../elements/button.tsx';
import { type Problem, ProblemBox } from '../elements/problem.tsx';
import { LastTry } from '../passcode/last-try.tsx';
import { Pad } from '../passcode/pad.tsx';
import { PasscodeEntry } from '../passcode/passcode-entry.ts';
import { PasscodeField, usePasscode } from '../passcode/passcode-field.tsx';

/** The shortest passcode that any card has; a slip of the Enter key must not cost a try. */
const SHORTEST = 4;

export type SignInProps = {
  readonly reader: string;
  readonly card: CardView;
  /** The card that the passcode is asked for: it goes to no other one. */
  readonly cardId: string;
  readonly checking: boolean;
};

/** Asks for the passcode of one card. */
export function SignIn({ reader, card, cardId, checking }: SignInProps) {
  const view = useView();
  const { text } = useLanguage();
  const entry = usePasscode(() => new PasscodeEntry());
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [fieldProblem, setFieldProblem] = useState<TextKey | null>(null);
  const [lastTry, setLastTry] = useState(false);
  const asksFirst = !lastTry && (card.triesLeft === 1 || problem?.code === 'Card_TriesUnknown');
  const sent = useRef(false);

  useEffect(() => {
    if (!checking) sent.current = false;
  }, [checking]);

  const submit = async () => {
    if (checking || sent.current) return;
    if (entry.length < SHORTEST) {
      setFieldProblem(entry.length === 0 ? 'passcode.empty' : 'passcode.tooShort');
      field.current?.focus();
      return;
    }
    sent.current = true;
    setFieldProblem(null);
    const attempt = { command: 'attempt', kind: 'verify', reader, cardId, lastTry } as const;
    const outcome = await bridge.request(attempt, [entry.take()]);
    sent.current = false;
    if (outcome.ok) return;
    setLastTry(false);
    setProblem(outcome.code === 'Passcode_LastTry' ? null : outcome);
    field.current?.focus();
  };

  if (asksFirst) {
    return (
      <>
        {problem !== null && problem.code !== 'Card_TriesUnknown' && <ProblemBox problem={problem} />}
        <LastTry
          known={card.triesLeft === 1}
          onUse={() => {
            setProblem(null);
            setLastTry(true);
          }}
        />
      </>
    );
  }
  return (
    <section className="wk-sign-in">
      {problem !== null && <ProblemBox problem={problem} />}
      <PasscodeField
        entry={entry}
        field={field}
        label={text('passcode.label')}
        hint={
          card.triesLeft === null ? text('passcode.triesUnknown') : text('common.triesLeft', { count: card.triesLeft })
        }
        problem={fieldProblem}
        takesFocus={problem === null}
        onEnter={() => void submit()}
      />
      {view.preferences.pad.value && <Pad entry={entry} />}
      <Button onClick={() => void submit()} disabled={checking}>
        {text(checking ? 'panel.state.checking' : 'passcode.submit')}
      </Button>
      <p className="wk-beside">
        <TextButton onClick={() => goTo({ page: 'journey', journey: 'unlock' })}>
          {text('passcode.forgotten')}
        </TextButton>
      </p>
    </section>
  );
}
