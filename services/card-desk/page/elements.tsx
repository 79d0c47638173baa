import { createContext, type FormEvent, type ReactNode, useContext, useEffect, useId, useRef } from 'react';
import type { Problem } from './desk.ts';
import { TEXTS, type Texts } from './texts.ts';

/** The page's few parts, by the pattern library of the window. */

export const TextsContext = createContext<Texts>(TEXTS.en);
export const useTexts = (): Texts => useContext(TextsContext);

/** Takes the focus when it comes, so that a screen reader says where one is. */
export function Heading({ children }: { readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} className="nhsuk-heading-m wk-heading" tabIndex={-1}>
      {children}
    </h1>
  );
}

/** Of a part of the page. `comes`: it takes the place of what was there, and the focus with it. */
export function PartHeading({ children, comes = false }: { readonly children: ReactNode; readonly comes?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (comes) heading.current?.focus();
  }, [comes]);
  return (
    <h2 ref={heading} className="nhsuk-heading-s wk-heading" tabIndex={-1}>
      {children}
    </h2>
  );
}

/** What went wrong and what to do. Takes the focus, so that it is heard. */
export function ProblemBox({ problem }: { readonly problem: Problem | null }) {
  const texts = useTexts();
  const box = useRef<HTMLDivElement>(null);
  // Each problem is a new object: the same mistake made twice is told twice.
  useEffect(() => {
    if (problem !== null) box.current?.focus();
  }, [problem]);
  if (problem === null) return null;
  const { says, next } = texts.problems[problem.code];
  return (
    <div ref={box} className="nhsuk-error-summary wk-problem" role="alert" tabIndex={-1}>
      <h2 className="nhsuk-error-summary__title">{says}</h2>
      <div className="nhsuk-error-summary__body">
        {problem.triesLeft !== null && <p>{texts.triesLeft(problem.triesLeft)}</p>}
        <p>{next}</p>
        <p className="wk-code">{problem.code}</p>
      </div>
    </div>
  );
}

/** What was done. It is there before it says something, so that it is heard. */
export function Done({ children }: { readonly children: ReactNode }) {
  return <div role="status">{children !== null && <p className="ra-done">{children}</p>}</div>;
}

export function Form({ children, onSubmit }: { readonly children: ReactNode; readonly onSubmit: () => void }) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form noValidate onSubmit={submit}>
      {children}
    </form>
  );
}

export function SubmitButton({
  children,
  busy,
  look = 'primary',
}: {
  readonly children: ReactNode;
  readonly busy: boolean;
  readonly look?: 'primary' | 'secondary';
}) {
  return (
    <button
      type="submit"
      className={`nhsuk-button wk-button${look === 'secondary' ? ' nhsuk-button--secondary' : ''}`}
      aria-disabled={busy || undefined}
    >
      {children}
    </button>
  );
}

/** An action that reads like a link. */
export function TextButton({ children, onClick }: { readonly children: ReactNode; readonly onClick: () => void }) {
  return (
    <button type="button" className="wk-text-button" onClick={onClick}>
      {children}
    </button>
  );
}

export type FieldProps = {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What is wrong with it; an empty text: nothing. */
  readonly error: string;
  readonly code?: boolean;
  /** Takes the focus when it comes. */
  readonly comes?: boolean;
};

export function Field({ label, hint, value, onChange, error, code = false, comes = false }: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (error !== '' || comes) input.current?.focus();
  }, [error, comes]);
  const wrong = error !== '';
  return (
    <div className={`nhsuk-form-group ra-field${wrong ? ' nhsuk-form-group--error' : ''}`}>
      <label className="nhsuk-label" htmlFor={id}>
        {label}
      </label>
      <div id={`${id}-hint`} className="nhsuk-hint">
        {hint}
      </div>
      {wrong && (
        <span id={`${id}-error`} className="nhsuk-error-message">
          {error}
        </span>
      )}
      <input
        ref={input}
        id={id}
        className={`nhsuk-input ra-input${code ? ' ra-input--code' : ''}${wrong ? ' nhsuk-input--error' : ''}`}
        type="text"
        inputMode={code ? 'numeric' : 'text'}
        autoComplete="off"
        spellCheck={false}
        maxLength={code ? 6 : 254}
        aria-describedby={wrong ? `${id}-hint ${id}-error` : `${id}-hint`}
        aria-invalid={wrong || undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

export type RadiosProps<Value extends string> = {
  readonly legend: string;
  readonly options: ReadonlyArray<readonly [Value, string]>;
  readonly chosen: Value | null;
  readonly onChoose: (value: Value) => void;
  readonly error?: string;
};

export function Radios<Value extends string>({ legend, options, chosen, onChoose, error = '' }: RadiosProps<Value>) {
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (error !== '') first.current?.focus();
  }, [error]);
  return (
    <div className={`nhsuk-form-group${error === '' ? '' : ' nhsuk-form-group--error'}`}>
      <fieldset className="nhsuk-fieldset" aria-describedby={error === '' ? undefined : `${id}-error`}>
        <legend className="nhsuk-fieldset__legend">{legend}</legend>
        {error !== '' && (
          <span id={`${id}-error`} className="nhsuk-error-message">
            {error}
          </span>
        )}
        <div className="nhsuk-radios">
          {options.map(([value, label], i) => (
            <div key={value} className="nhsuk-radios__item">
              <input
                ref={i === 0 ? first : undefined}
                className="nhsuk-radios__input"
                id={`${id}-${value}`}
                name={id}
                type="radio"
                checked={chosen === value}
                onChange={() => onChoose(value)}
              />
              <label className="nhsuk-label nhsuk-radios__label" htmlFor={`${id}-${value}`}>
                {label}
              </label>
            </div>
          ))}
        </div>
      </fieldset>
    </div>
  );
}

/** Hours and minutes as the clock on the wall shows them. */
export const timeOf = (iso: string): string =>
  new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
