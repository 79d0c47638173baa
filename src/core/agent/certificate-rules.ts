import type { CertificateSlot } from '../contract/card-process.ts';
import type { CardRules } from '../pki/card-certificate.ts';
import { type Profile, RFC5280, STRICT } from '../pki/path/profile.ts';
import { PURPOSE } from '../pki/x509/oids.ts';
import type { Policy } from './policy.ts';

const HOUR_MS = 3_600_000;
const PURPOSES = { 'client-auth': PURPOSE.clientAuth, 'smartcard-logon': PURPOSE.smartcardLogon } as const;

/** What the policy asks of the certificate in this slot: its purpose matters only where it signs its holder in. */
export function rulesFor({ certificates, revocation }: Policy, slot: CertificateSlot): CardRules {
  const strict: Profile = {
    ...STRICT,
    minimumRsaBits: certificates.minimumRsaBits,
    purposes: slot === certificates.signInSlot ? certificates.purposes.map((purpose) => PURPOSES[purpose]) : null,
  };
  return {
    issuers: certificates.issuers,
    profile: certificates.profile === 'strict' ? strict : RFC5280,
    acceptedPolicies: certificates.acceptedPolicies,
    requireExplicitPolicy: certificates.acceptedPolicies.length > 0,
    revocation: {
      mode: revocation.mode,
      grace: revocation.graceHours * HOUR_MS,
      ageCap: revocation.ageCapHours * HOUR_MS,
    },
  };
}
