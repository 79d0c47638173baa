import { type RefObject, useId } from 'react';
import type { TextKey } from '../../core/language/translator.ts';
import { useLanguage } from '../app/view.ts';

export type ClearFieldProps = {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly label: string;
  readonly hint: string;
  /** What is wrong with what was typed, in the language in force. */
  readonly problem: TextKey | null;
  /** What an on-screen keyboard offers. */
  readonly keyboard: 'email' | 'numeric';
  readonly maxLength: number;
  readonly onEnter: () => void;
};

/**
 * A field that is read while one types: for an address or a code, which are told to the agent and then forgotten here. React
 * does not follow what is in it, so that no copy is kept, and the browser neither offers nor remembers anything.
 */
export function ClearField({ field, label, hint, problem, keyboard, maxLength, onEnter }: ClearFieldProps) {
  const { text } = useLanguage();
  const id = useId();
  const wrong = problem !== null;
  return (
    <div className={`nhsuk-form-group wk-field${wrong ? ' nhsuk-form-group--error' : ''}`}>
      <label className="nhsuk-label wk-field__label" htmlFor={id}>
        {label}
      </label>
      <p className="nhsuk-hint wk-field__hint" id={`${id}-hint`}>
        {hint}
      </p>
      {problem !== null && (
        <p className="nhsuk-error-message" id={`${id}-problem`}>
          {text(problem)}
        </p>
      )}
      <input
        ref={field}
        id={id}
        className={`nhsuk-input wk-field__input wk-field__input--${keyboard}${wrong ? ' nhsuk-input--error' : ''}`}
        type="text"
        inputMode={keyboard}
        maxLength={maxLength}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter();
        }}
        aria-describedby={wrong ? `${id}-hint ${id}-problem` : `${id}-hint`}
        aria-invalid={wrong || undefined}
      />
    </div>
  );
}

/** What is in the field, with the duty to overwrite it; the field is empty afterwards. @param only what may stand in it */
export function takeTyped(field: HTMLInputElement, only: (typed: string) => string): Uint8Array<ArrayBuffer> {
  const typed = only(field.value);
  field.value = '';
  // Memory of its own: small arrays otherwise live in V8's moving heap, where overwriting them can miss a copy.
  const room = new Uint8Array(new ArrayBuffer(typed.length * 3));
  const { written } = new TextEncoder().encodeInto(typed, room);
  const taken = new Uint8Array(new ArrayBuffer(written));
  taken.set(room.subarray(0, written));
  room.fill(0);
  return taken;
}
