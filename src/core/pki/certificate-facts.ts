import type { CertificateFacts } from './verdict.ts';
import { type Certificate, serialText } from './x509/certificate.ts';
import { commonNameOf, nameText } from './x509/name.ts';
import { keyText } from './x509/public-key.ts';

/** What is shown of a certificate. */
export function factsOf(certificate: Certificate): CertificateFacts {
  const { subject, issuer } = certificate;
  const subjectText = nameText(subject);
  const issuerText = nameText(issuer);
  return {
    fingerprint: certificate.fingerprint,
    subject: subjectText,
    holder: commonNameOf(subject) ?? subjectText,
    issuer: issuerText,
    issuerName: commonNameOf(issuer) ?? issuerText,
    serial: serialText(certificate.serial).slice(0, 64),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    key: keyText(certificate.key.kind),
  };
}
