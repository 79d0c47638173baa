import { bitString, explicit, integer, integerOf, sequence, time } from './der.ts';
import { type Extension, writeExtension } from './extensions.ts';
import { type Name, writeName } from './names.ts';
import type { SignatureScheme } from './signature-schemes.ts';
import type { SigningKey } from './signing-keys.ts';

/** A certificate that is not written yet: every field may still be changed, and every encoding broken. */
export type CertificateDraft = {
  version: 1 | 2 | 3;
  /** Content octets of the INTEGER. */
  serial: Uint8Array;
  issuer: Name;
  subject: Name;
  /** Milliseconds since 1970, whole seconds. */
  notBefore: number;
  notAfter: number;
  key: SigningKey;
  /** The key that signs: the issuer's, where nothing is wrong. */
  issuerKey: SigningKey;
  scheme: SignatureScheme;
  extensions: Extension[];
  /** What is done to a part on its way, in the order of writing. */
  readonly breaks: Breaks;
};

type Change = (part: Uint8Array) => Uint8Array;

/** Each gets the finished element (for `signature`: the octets of the signature) and gives what is written instead. */
export type Breaks = {
  serialElement?: Change;
  /** A date of the validity, from milliseconds since 1970. */
  time?: (at: number) => Uint8Array;
  /** The AlgorithmIdentifier inside the TBSCertificate; the one beside the signature. */
  innerAlgorithm?: Change;
  outerAlgorithm?: Change;
  extension?: (written: Uint8Array, extension: Extension) => Uint8Array;
  /** The list of fields of the TBSCertificate. */
  fields?: (fields: readonly Uint8Array[]) => readonly Uint8Array[];
  toBeSigned?: Change;
  /** The bytes that are signed; what the certificate carries stays. */
  signedBytes?: Change;
  signature?: Change;
  certificate?: Change;
};

/** Writes and signs it (RFC 5280 4.1). */
export function writeCertificate(draft: CertificateDraft): Uint8Array {
  const { breaks, scheme } = draft;
  const kept: Change = (part) => part;
  const writeTime = breaks.time ?? time;
  const fields = [
    ...(draft.version === 1 ? [] : [explicit(0, integer(draft.version - 1))]),
    (breaks.serialElement ?? kept)(integerOf(draft.serial)),
    (breaks.innerAlgorithm ?? kept)(scheme.identifier),
    writeName(draft.issuer),
    sequence(writeTime(draft.notBefore), writeTime(draft.notAfter)),
    writeName(draft.subject),
    draft.key.publicKey,
    ...(draft.extensions.length === 0 ? [] : [explicit(3, sequence(...draft.extensions.map(written)))]),
  ];
  const toBeSigned = (breaks.toBeSigned ?? kept)(sequence(...(breaks.fields?.(fields) ?? fields)));
  const signature = scheme.sign((breaks.signedBytes ?? kept)(toBeSigned), draft.issuerKey);
  const outerAlgorithm = (breaks.outerAlgorithm ?? kept)(scheme.identifier);
  return (breaks.certificate ?? kept)(
    sequence(toBeSigned, outerAlgorithm, bitString((breaks.signature ?? kept)(signature))),
  );

  function written(extension: Extension): Uint8Array {
    const der = writeExtension(extension);
    return breaks.extension?.(der, extension) ?? der;
  }
}
