import { useId } from 'react';

/** One thing that is on or off. */
export function Checkbox({
  title,
  label,
  checked,
  onChange,
}: {
  title: string;
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="nhsuk-form-group wk-setting">
      <fieldset className="nhsuk-fieldset">
        <legend className="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{title}</legend>
        <div className="nhsuk-checkboxes wk-checkboxes">
          <div className="nhsuk-checkboxes__item">
            <input
              className="nhsuk-checkboxes__input"
              id={id}
              type="checkbox"
              checked={checked}
              onChange={(event) => onChange(event.currentTarget.checked)}
            />
            <label className="nhsuk-label nhsuk-checkboxes__label" htmlFor={id}>
              {label}
            </label>
          </div>
        </div>
      </fieldset>
    </div>
  );
}
