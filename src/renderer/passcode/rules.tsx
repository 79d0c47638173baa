import { useLanguage, useView } from '../app/view.ts';

/** What a new passcode must be: said before it is chosen. */
export function Rules() {
  const { text } = useLanguage();
  const { minLength, maxLength, digitsOnly, refuseSimple } = useView().passcode;
  const length = { min: minLength, max: maxLength };
  return (
    <div className="wk-rules">
      <p id="passcode-rules">{text('passcode.change.rules')}</p>
      <ul aria-labelledby="passcode-rules">
        <li>{text(digitsOnly ? 'passcode.change.ruleLengthDigits' : 'passcode.change.ruleLength', length)}</li>
        {refuseSimple && <li>{text('passcode.change.ruleSimple')}</li>}
        <li>{text('passcode.change.ruleOld')}</li>
      </ul>
    </div>
  );
}
