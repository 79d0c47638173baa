import type { FailureCode } from '../../core/agent/failure-codes.ts';
import type { ContactName } from '../../core/agent/policy-names.ts';
import { useLanguage } from '../app/view.ts';

/** Troubles of a certificate with which its holder's RA cannot help. */
const FOR_IT: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'Certificate_IssuerNotAccepted',
  'Certificate_IssuerUnknown',
  'Certificate_IssuerEnded',
  'Certificate_RevocationUnknown',
  'Certificate_RevocationStale',
  'Certificate_NotJudged',
]);

/** Whom the words of this trouble send its reader to. */
export const whoHelpsWith = (code: FailureCode | null): ContactName =>
  code !== null && FOR_IT.has(code) ? 'it' : 'ra';

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
