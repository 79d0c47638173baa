import { type RefObject, useRef, useState } from 'react';
import { checkForVerifying } from '../../core/agent/passcode-policy.ts';
import type { TextKey } from '../../core/language/translator.ts';
import { HOME } from '../app/places.ts';
import { goTo, useWindow } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { type Occupied, whichCard } from '../card/which-card.ts';
import { Back } from '../elements/back.tsx';
import { Button } from '../elements/button.tsx';
import { Heading } from '../elements/heading.tsx';
import { type Problem, ProblemBox } from '../elements/problem.tsx';
import { LastTry } from './last-try.tsx';
import { objectionToNew } from './new-passcode.ts';
import { Pad } from './pad.tsx';
import { PasscodeEntry } from './passcode-entry.ts';
import { PasscodeField, usePasscode } from './passcode-field.tsx';
import { Rules } from './rules.tsx';

/** Changing a passcode that is known, on a card that is not blocked. */
export function ChangePasscode() {
  const view = useView();
  const { text } = useLanguage();
  const { shown } = whichCard(
    view,
    useWindow((window) => window.shown),
  );
  const [changed, setChanged] = useState(false);
  if (changed) return <Changed />;
  const cardId = shown?.card?.cardId ?? null;
  const ready =
    shown !== null &&
    cardId !== null &&
    (shown.phase === 'awaiting-passcode' ||
      shown.phase === 'awaiting-insertion' ||
      shown.phase === 'active' ||
      shown.phase === 'checking' ||
      shown.phase === 'certificate-trouble');
  return (
    <>
      <Back to={HOME} />
      <Heading>{text('passcode.change.title')}</Heading>
      {ready ? (
        <ChangeForm
          key={`${shown.reader} ${cardId}`}
          shown={shown}
          cardId={cardId}
          onChanged={() => setChanged(true)}
        />
      ) : (
        <p>{text(shown?.phase === 'blocked' ? 'passcode.blocked.body' : 'passcode.change.needsCard')}</p>
      )}
      {shown?.phase === 'blocked' && (
        <Button onClick={() => goTo({ page: 'journey', journey: 'unlock' })}>{text('passcode.blocked.unlock')}</Button>
      )}
    </>
  );
}

type Field = 'old' | 'new' | 'again';

type ChangeFormProps = {
  readonly shown: Occupied;
  /** The card that the passcodes are for: they go to no other one. */
  readonly cardId: string;
  readonly onChanged: () => void;
};

function ChangeForm({ shown, cardId, onChanged }: ChangeFormProps) {
  const view = useView();
  const { text } = useLanguage();
  const entries: Record<Field, PasscodeEntry> = {
    old: usePasscode(() => new PasscodeEntry()),
    new: usePasscode(() => new PasscodeEntry()),
    again: usePasscode(() => new PasscodeEntry()),
  };
  const fields: Record<Field, RefObject<HTMLInputElement | null>> = {
    old: useRef<HTMLInputElement | null>(null),
    new: useRef<HTMLInputElement | null>(null),
    again: useRef<HTMLInputElement | null>(null),
  };
  const [active, setActive] = useState<Field>('old');
  const [fieldProblem, setFieldProblem] = useState<{ field: Field; says: TextKey } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [lastTry, setLastTry] = useState(false);
  const [changing, setChanging] = useState(false);

  const object = (field: Field, says: TextKey) => {
    setFieldProblem({ field, says });
    fields[field].current?.focus();
  };

  /** Everything that can be known is said before the card is asked: a rule costs no try. */
  const objection = (): { field: Field; says: TextKey } | null => {
    const old = checkForVerifying(entries.old.peek());
    if (old !== null) return { field: 'old', says: entries.old.length === 0 ? 'passcode.empty' : 'passcode.tooShort' };
    const chosen = objectionToNew(entries, entries.old.peek(), view.passcode);
    return chosen === null ? null : { field: chosen.field, says: `failures.${chosen.code}.says` };
  };

  const submit = async () => {
    if (changing) return;
    setProblem(null);
    setFieldProblem(null);
    const objected = objection();
    if (objected !== null) {
      if (objected.field === 'again') entries.again.clear();
      object(objected.field, objected.says);
      return;
    }
    setChanging(true);
    entries.again.clear();
    const secrets = [entries.old.take(), entries.new.take()];
    const outcome = await bridge.request(
      { command: 'attempt', kind: 'change', reader: shown.reader, cardId, lastTry },
      secrets,
    );
    setChanging(false);
    setLastTry(false);
    if (outcome.ok) onChanged();
    else setProblem(outcome);
  };

  const lastTryKnown = shown.card?.triesLeft === 1 || problem?.code === 'Passcode_LastTry';
  if (!lastTry && (lastTryKnown || problem?.code === 'Card_TriesUnknown')) {
    return (
      <LastTry
        known={lastTryKnown}
        onUse={() => {
          setProblem(null);
          setLastTry(true);
        }}
      />
    );
  }
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
    <>
      {problem !== null && <ProblemBox problem={problem} />}
      <Rules />
      {field('old', () => fields.new.current?.focus())}
      {field('new', () => fields.again.current?.focus())}
      {field('again', () => void submit())}
      {view.preferences.pad.value && <Pad entry={entries[active]} />}
      <Button onClick={() => void submit()} disabled={changing}>
        {text(changing ? 'passcode.change.changing' : 'passcode.change.submit')}
      </Button>
      <p>{text('passcode.change.keepCard')}</p>
    </>
  );
}

function Changed() {
  const { text } = useLanguage();
  return (
    <>
      <div className="wk-banner wk-banner--good">
        <div className="wk-banner__words" role="status">
          <Heading>{text('passcode.change.changedTitle')}</Heading>
          <p>{text('passcode.change.changedBody')}</p>
        </div>
      </div>
      <Button onClick={() => goTo(HOME)}>{text('common.done')}</Button>
    </>
  );
}
