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
  const soon = daysLeft !== null && daysLeft >= 0 && daysLeft <= renewalDays;
  const tone = expired || verdict === 'refused' ? 'bad' : soon ? 'soon' : 'good';
  return (
    <li className={`wk-certificate wk-certificate--${tone}`}>
      <span className="wk-certificate__name">{text(`common.slots.${slot}`)}</span>
      {notAfter !== null && (
        <span className="wk-certificate__date">
          {text(expired ? 'panel.expiredOn' : 'panel.validUntil', { date: date(notAfter) })}
        </span>
      )}
      {daysLeft !== null && !expired && (
        <strong className="wk-certificate__days">{text('common.days', { count: daysLeft })}</strong>
      )}
    </li>
  );
}
