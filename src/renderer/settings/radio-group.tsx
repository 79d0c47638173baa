import { useId } from 'react';

export type RadioChoice<Value extends string> = {
  readonly value: Value;
  readonly label: string;
  /** The language of the label, where it is not that of the page. */
  readonly lang?: string;
};

/** One of several, chosen at once. */
export function RadioGroup<Value extends string>({
  title,
  value,
  choices,
  onChoose,
}: {
  title: string;
  value: Value;
  choices: ReadonlyArray<RadioChoice<Value>>;
  onChoose: (value: Value) => void;
}) {
  const id = useId();
  return (
    <div className="nhsuk-form-group wk-setting">
      <fieldset className="nhsuk-fieldset">
        <legend className="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{title}</legend>
        <div className="nhsuk-radios wk-radios">
          {choices.map((choice) => (
            <div key={choice.value} className="nhsuk-radios__item">
              <input
                className="nhsuk-radios__input"
                id={`${id}-${choice.value}`}
                name={id}
                type="radio"
                value={choice.value}
                checked={choice.value === value}
                onChange={() => onChoose(choice.value)}
              />
              <label className="nhsuk-label nhsuk-radios__label" htmlFor={`${id}-${choice.value}`} lang={choice.lang}>
                {choice.label}
              </label>
            </div>
          ))}
        </div>
      </fieldset>
    </div>
  );
}
