import { useRef, useState } from 'react';
import { checkForVerifying } from '../../core/agent/passcode-policy.ts';
import type { TextKey } from '../../core/language/translator.ts';
import { useLanguage, useView } from '../app/view.ts';
import { holderOf } from '../card/which-card.ts';
import { Button } from '../elements/button.tsx';
import type { Problem } from '../elements/problem.tsx';
import { LastTry } from '../passcode/last-try.tsx';
import { Pad } from '../passcode/pad.tsx';
import { PasscodeEntry } from '../passcode/passcode-entry.ts';
import { PasscodeField, usePasscode } from '../passcode/passcode-field.tsx';
import { RaProblem } from './ra-problem.tsx';
import { signInRa } from './ra-sign-in.ts';
import type { RaCard } from './which-ra-card.ts';

export type RaPasscodeProps = {
  readonly own: RaCard;
  /** What came of the last try of this card. */
  readonly problem: Problem | null;
  readonly works: boolean;
};

/** Asks an RA for the passcode of the own card. */
export function RaPasscode({ own, problem, works }: RaPasscodeProps) {
  const { card } = own;
  const { preferences, signInSlot } = useView();
  const { text } = useLanguage();
  const entry = usePasscode(() => new PasscodeEntry());
  const field = useRef<HTMLInputElement>(null);
  const [fieldProblem, setFieldProblem] = useState<TextKey | null>(null);
  const [lastTry, setLastTry] = useState(false);
  const holder = holderOf(card, signInSlot);

  const submit = async () => {
    if (works) return;
    if (checkForVerifying(entry.peek()) !== null) {
      setFieldProblem(entry.length === 0 ? 'passcode.empty' : 'passcode.tooShort');
      field.current?.focus();
      return;
    }
    setFieldProblem(null);
    await signInRa(own, lastTry, entry.take());
    setLastTry(false);
  };

  const known = card.triesLeft === 1 || problem?.code === 'Passcode_LastTry';
  const unknown = problem?.code === 'Card_TriesUnknown';
  // These two are a question, which the stop before the last try asks.
  const told = unknown || problem?.code === 'Passcode_LastTry' ? null : problem;
  if ((known || unknown) && !lastTry) {
    return (
      <>
        {told !== null && <RaProblem problem={told} />}
        <LastTry known={known} onUse={() => setLastTry(true)} />
      </>
    );
  }
  return (
    <section className="wk-sign-in">
      {told !== null && <RaProblem problem={told} />}
      {holder !== null && <p className="wk-unlock__whose">{text('panel.whose', { name: holder })}</p>}
      <PasscodeField
        entry={entry}
        field={field}
        label={text('ra.passcode')}
        hint={
          card.triesLeft === null ? text('passcode.triesUnknown') : text('common.triesLeft', { count: card.triesLeft })
        }
        problem={fieldProblem}
        takesFocus={lastTry}
        onEnter={() => void submit()}
      />
      {preferences.pad.value && <Pad entry={entry} />}
      <Button onClick={() => void submit()} disabled={works}>
        {text('ra.submit')}
        <span className="nhsuk-u-visually-hidden"> ({text('common.opensInBrowser')})</span>
      </Button>
    </section>
  );
}
