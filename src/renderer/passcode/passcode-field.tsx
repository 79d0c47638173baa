import { type RefObject, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import type { TextKey } from '../../core/language/translator.ts';
import { useLanguage } from '../app/view.ts';
import type { PasscodeEntry } from './passcode-entry.ts';
import { countEntry, isTyping } from './typing.ts';

const DOT = '•';

export type PasscodeFieldProps = {
  readonly entry: PasscodeEntry;
  readonly label: string;
  readonly hint?: string;
  /** What is wrong with what was typed, in the language in force. */
  readonly problem?: TextKey | null;
  readonly field?: RefObject<HTMLInputElement | null>;
  readonly takesFocus?: boolean;
  readonly onEnter?: () => void;
  readonly onFocus?: () => void;
};

/** A new, empty passcode that is overwritten when its page closes. */
export function usePasscode(makeEntry: () => PasscodeEntry): PasscodeEntry {
  const [entry] = useState(makeEntry);
  useEffect(() => {
    const stop = countEntry(entry);
    return () => {
      stop();
      entry.clear();
    };
  }, [entry]);
  return entry;
}

/**
 * The field for a passcode. What is typed goes to the entry before the page has it: the page, and so its undo stack, its
 * autofill and any extension, sees only dots.
 */
export function PasscodeField({
  entry,
  label,
  hint,
  problem = null,
  field,
  takesFocus = false,
  onEnter,
  onFocus,
}: PasscodeFieldProps) {
  const { text } = useLanguage();
  const id = useId();
  const own = useRef<HTMLInputElement>(null);
  const input = field ?? own;
  const length = useSyncExternalStore(entry.onChange, () => entry.length);
  useEffect(() => takeInput(input, entry), [input, entry]);
  useEffect(() => {
    if (takesFocus && !isTyping()) input.current?.focus();
  }, [takesFocus, input]);
  const described = [hint === undefined ? '' : `${id}-hint`, problem === null ? '' : `${id}-problem`].join(' ').trim();
  return (
    <div className={`nhsuk-form-group wk-passcode${problem === null ? '' : ' nhsuk-form-group--error'}`}>
      <label className="nhsuk-label wk-passcode__label" htmlFor={id}>
        {label}
      </label>
      {hint !== undefined && (
        <p className="nhsuk-hint wk-passcode__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== null && (
        <p className="nhsuk-error-message" id={`${id}-problem`}>
          {text(problem)}
        </p>
      )}
      <input
        ref={input}
        id={id}
        className={`nhsuk-input wk-passcode__input${problem === null ? '' : ' nhsuk-input--error'}`}
        // Dots of our own: `password` keeps input methods from composing text in the page before it can be taken.
        type="password"
        inputMode="numeric"
        autoComplete="off"
        spellCheck={false}
        value={DOT.repeat(length)}
        onChange={() => undefined}
        onFocus={onFocus}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter?.();
        }}
        aria-describedby={described === '' ? undefined : described}
        aria-invalid={problem === null ? undefined : true}
      />
      <span role="status" className="nhsuk-u-visually-hidden">
        {length === 0 ? '' : text('passcode.entered', { count: length })}
      </span>
    </div>
  );
}

/** Takes every change of the field's text before it happens (Input Events level 2: `beforeinput` can be cancelled). */
function takeInput(input: RefObject<HTMLInputElement | null>, entry: PasscodeEntry): (() => void) | undefined {
  const element = input.current;
  if (element === null) return undefined;
  const take = (event: InputEvent) => {
    event.preventDefault();
    const start = element.selectionStart ?? entry.length;
    const end = element.selectionEnd ?? entry.length;
    const caret = edit(entry, event, start, end);
    // After React has drawn the new number of dots.
    queueMicrotask(() => element.setSelectionRange(caret, caret));
  };
  element.addEventListener('beforeinput', take);
  return () => element.removeEventListener('beforeinput', take);
}

function edit(entry: PasscodeEntry, event: InputEvent, start: number, end: number): number {
  switch (event.inputType) {
    case 'insertText':
    case 'insertFromPaste':
    case 'insertFromDrop':
    case 'insertReplacementText':
      return entry.replace(start, end, event.data ?? event.dataTransfer?.getData('text/plain') ?? '');
    case 'deleteContentBackward':
      return entry.replace(start === end ? Math.max(0, start - 1) : start, end, '');
    case 'deleteContentForward':
      return entry.replace(start, start === end ? Math.min(entry.length, end + 1) : end, '');
    case 'deleteByCut':
      return entry.replace(start, end, '');
    case 'deleteWordBackward':
    case 'deleteSoftLineBackward':
    case 'deleteHardLineBackward':
      return entry.replace(0, end, '');
    default:
      return end;
  }
}
