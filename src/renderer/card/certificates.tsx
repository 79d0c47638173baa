import type { CertificateView } from '../../core/contract/view.ts';
import { useLanguage, useView } from '../app/view.ts';

/** The card's certificates with the days they have left. The sign-in certificate comes first. */
export function Certificates({ certificates }: { certificates: readonly CertificateView[] }) {
  const { text } = useLanguage();
  const { signInSlot } = useView();
  const inOrder = certificates.toSorted((a, b) => Number(b.slot === signInSlot) - Number(a.slot === signInSlot));
  return (
    <section className="wk-certificates" aria-labelledby="certificates">
      <h2 id="certificates" className="nhsuk-heading-s">
        {text('panel.certificates')}
      </h2>
      {inOrder.length === 0 && <p>{text('panel.noCertificates')}</p>}
      <ul className="wk-certificates__list">
        {inOrder
          .filter(({ notAfter }) => notAfter !== null)
          .map((certificate) => (
            <Certificate key={certificate.slot} certificate={certificate} />
          ))}
      </ul>
    </section>
  );
}

function Certificate({ certificate }: { certificate: CertificateView }) {
  const { text, date } = useLanguage();
  const { renewalDays } = useView();
  const { slot, notAfter, daysLeft, verdict } = certificate;
  const expired = daysLeft !== null && daysLeft < 0;
  const refused = verdict === 'refused';
  const soon = daysLeft !== null && daysLeft >= 0 && daysLeft <= renewalDays;
  const tone = expired || refused ? 'bad' : soon ? 'soon' : 'good';
  const until = expired ? 'panel.expiredOn' : refused ? 'panel.refusedUntil' : 'panel.validUntil';
  return (
    <li className={`wk-certificate wk-certificate--${tone}`}>
      <span className="wk-certificate__name">{text(`common.slots.${slot}`)}</span>
      {notAfter !== null && <span className="wk-certificate__date">{text(until, { date: date(notAfter) })}</span>}
      <Checked certificate={certificate} />
      {daysLeft !== null && !expired && !refused && (
        <strong className="wk-certificate__days">{text('common.days', { count: daysLeft })}</strong>
      )}
    </li>
  );
}

/** What is known of its revocation: of the one that signs in always, of the others where it is no good news. */
function Checked({ certificate: { slot, judgedBy, revocation } }: { certificate: CertificateView }) {
  const { text, date, time } = useLanguage();
  const { signInSlot } = useView();
  const { state, asOf } = revocation;
  // Without anchors nobody has looked, and nobody can: that is for IT to hear, in the checks of this computer.
  if (judgedBy === 'dates' || (slot !== signInSlot && (state === 'good' || state === 'unknown'))) return null;
  const sentence = () => {
    if (asOf === null) return text('panel.notChecked');
    if (state === 'revoked') return text('panel.revokedOn', { date: date(asOf) });
    if (state === 'stale') return text('panel.lastCheckedOn', { date: date(asOf) });
    return date(asOf) === date(Date.now())
      ? text('panel.checkedToday', { time: time(asOf) })
      : text('panel.checkedOn', { date: date(asOf) });
  };
  return <span className="wk-certificate__checked">{sentence()}</span>;
}
