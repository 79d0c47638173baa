import { useLanguage, useView } from '../app/view.ts';

/** What a new passcode must be: said before it is chosen. @param old whether there is an old one to compare it with */
export function Rules({ old = true }: { old?: boolean }) {
  const { text } = useLanguage();
  const { minLength, maxLength, digitsOnly, refuseSimple } = useView().passcode;
  const length = { min: minLength, max: maxLength };
  return (
    <div className="wk-rules">
      <p id="passcode-rules">{text('passcode.change.rules')}</p>
      <ul aria-labelledby="passcode-rules">
        <li>{text(digitsOnly ? 'passcode.change.ruleLengthDigits' : 'passcode.change.ruleLength', length)}</li>
        {refuseSimple && <li>{text('passcode.change.ruleSimple')}</li>}
        {old && <li>{text('passcode.change.ruleOld')}</li>}
      </ul>
    </div>
  );
}
