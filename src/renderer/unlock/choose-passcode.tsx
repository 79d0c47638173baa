import { type RefObject, useRef, useState } from 'react';
import type { UnlockView } from '../../core/contract/unlock.ts';
import type { TextKey } from '../../core/language/translator.ts';
import { useLanguage, useView } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { ProblemBox } from '../elements/problem.tsx';
import { type NewPasscode, objectionToNew } from '../passcode/new-passcode.ts';
import { Pad } from '../passcode/pad.tsx';
import { PasscodeEntry } from '../passcode/passcode-entry.ts';
import { PasscodeField, usePasscode } from '../passcode/passcode-field.tsx';
import { Rules } from '../passcode/rules.tsx';
import { Question, Stop } from './page.tsx';
import { useAsk } from './use-ask.ts';
import { useStepProblem } from './use-step-problem.ts';

type Field = keyof NewPasscode;

/** The new passcode, twice, with the rules before it. */
export function ChoosePasscode({ unlock }: { unlock: UnlockView }) {
  const view = useView();
  const { text } = useLanguage();
  const { problem, asking, ask } = useAsk();
  const stepProblem = useStepProblem(unlock);
  const entries: NewPasscode = {
    new: usePasscode(() => new PasscodeEntry()),
    again: usePasscode(() => new PasscodeEntry()),
  };
  const fields: Record<Field, RefObject<HTMLInputElement | null>> = {
    new: useRef<HTMLInputElement | null>(null),
    again: useRef<HTMLInputElement | null>(null),
  };
  const [active, setActive] = useState<Field>('new');
  const [fieldProblem, setFieldProblem] = useState<{ field: Field; says: TextKey } | null>(null);
  const shown = problem ?? stepProblem;

  const submit = () => {
    if (asking) return;
    setFieldProblem(null);
    const objection = objectionToNew(entries, null, view.passcode);
    if (objection !== null) {
      const { field, code } = objection;
      // Only the rules forbid it, or it was typed differently: it is typed again from the start.
      entries[field].clear();
      setFieldProblem({ field, says: `failures.${code}.says` });
      fields[field].current?.focus();
      return;
    }
    entries.again.clear();
    void ask({ command: 'unlock-passcode', cardId: unlock.cardId }, [entries.new.take()]);
  };

  const field = (name: Field, next: () => void) => (
    <PasscodeField
      entry={entries[name]}
      field={fields[name]}
      label={text(`passcode.change.${name}`)}
      problem={fieldProblem?.field === name ? fieldProblem.says : null}
      onFocus={() => setActive(name)}
      onEnter={next}
    />
  );
  return (
    <Question
      title={text('unlock.passcode.title')}
      step="passcode"
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
    >
      {unlock.way === 'assisted' && <p>{text('unlock.passcode.yours')}</p>}
      <Rules old={false} />
      {shown !== null && <ProblemBox problem={shown} />}
      {field('new', () => fields.again.current?.focus())}
      {field('again', submit)}
      {view.preferences.pad.value && <Pad entry={entries[active]} />}
      <p>{text('passcode.change.keepCard')}</p>
      <Button onClick={submit} disabled={asking}>
        {text('unlock.passcode.submit')}
      </Button>
      <Stop unlock={unlock} />
    </Question>
  );
}
