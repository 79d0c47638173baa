import type { FailureCode } from '../../core/agent/failure-codes.ts';
import { useLanguage } from '../app/view.ts';

/** What is wrong with the card, and what to do. */
export function Trouble({ code }: { code: FailureCode }) {
  const { text } = useLanguage();
  return (
    <div className="nhsuk-inset-text wk-inset">
      <p>
        <strong>{text(`failures.${code}.says`)}</strong>
      </p>
      <p>{text(`failures.${code}.next`)}</p>
      <p className="wk-code">{code}</p>
    </div>
  );
}
