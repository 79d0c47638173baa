import { useLanguage } from '../app/view.ts';
import type { PasscodeEntry } from './passcode-entry.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** The digits as buttons, for gloves and touch screens. The keyboard stays with the field. */
export function Pad({ entry }: { entry: PasscodeEntry }) {
  const { text } = useLanguage();
  return (
    <fieldset className="wk-pad">
      <legend className="nhsuk-u-visually-hidden">{text('passcode.pad')}</legend>
      {DIGITS.map((digit) => (
        <Key key={digit} label={text('passcode.digit', { digit })} shows={digit} press={() => entry.append(digit)} />
      ))}
      <Key label={text('passcode.clear')} shows={text('passcode.clear')} press={() => entry.clear()} small />
      <Key label={text('passcode.digit', { digit: 0 })} shows="0" press={() => entry.append('0')} />
      <Key label={text('passcode.delete')} shows="⌫" press={() => entry.deleteLast()} />
    </fieldset>
  );
}

function Key({
  label,
  shows,
  press,
  small = false,
}: {
  label: string;
  shows: string;
  press: () => void;
  small?: boolean;
}) {
  return (
    <button
      type="button"
      className={small ? 'wk-pad__key wk-pad__key--small' : 'wk-pad__key'}
      aria-label={label}
      // The field keeps the keyboard: the next digit may be typed.
      onMouseDown={(event) => event.preventDefault()}
      onClick={press}
    >
      {shows}
    </button>
  );
}
