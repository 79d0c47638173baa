import type { CertificateDraft } from '../certificate-writer.ts';
import { put } from '../chain-draft.ts';
import { boolean, element, explicit, integer, joined, NULL, objectIdentifier, octetString, sequence } from '../der.ts';
import { basicConstraints, type Extension, OID, writeExtension } from '../extensions.ts';
import { withIndefiniteLength, withLongLength, withPadding } from '../not-der.ts';
import { arguable, atEachLevel, type Flaw, sound } from './flaw.ts';

/** Bytes that are not DER, or not the structure of RFC 5280 4.1. Signatures are over the bytes as they are and hold. */
export const ENCODING_FLAWS: readonly Flaw[] = [
  ...atEachLevel('long-length-certificate', ({ breaks }) => {
    breaks.certificate = withLongLength;
  }),
  ...atEachLevel('long-length-to-be-signed', ({ breaks }) => {
    breaks.toBeSigned = withLongLength;
  }),
  ...atEachLevel('long-length-serial', ({ breaks }) => {
    breaks.serialElement = withLongLength;
  }),
  ...atEachLevel('long-length-extension', ({ breaks }) => {
    breaks.extension = onlyFirst(withLongLength);
  }),
  ...atEachLevel('long-length-in-extension', (certificate) => {
    changeValue(certificate, withLongLength);
  }),
  ...atEachLevel('indefinite-length-certificate', ({ breaks }) => {
    breaks.certificate = withIndefiniteLength;
  }),
  ...atEachLevel('indefinite-length-to-be-signed', ({ breaks }) => {
    breaks.toBeSigned = withIndefiniteLength;
  }),
  ...atEachLevel('indefinite-length-in-extension', (certificate) => {
    changeValue(certificate, withIndefiniteLength);
  }),
  ...atEachLevel('trailing-bytes-certificate', ({ breaks }, _chain, random) => {
    breaks.certificate = (der) => joined(der, random.pick([NULL, Uint8Array.of(0), Uint8Array.of(0x30, 0x80)]));
  }),
  ...atEachLevel('trailing-element-to-be-signed', ({ breaks }) => {
    breaks.fields = (fields) => [...fields, NULL];
  }),
  ...atEachLevel('trailing-element-in-certificate', ({ breaks }) => {
    breaks.certificate = (der) => sequence(contentOf(der), NULL);
  }),
  ...atEachLevel('trailing-bytes-in-extension', (certificate) => {
    changeValue(certificate, (value) => joined(value, Uint8Array.of(0)));
  }),
  ...atEachLevel('truncated', ({ breaks }, _chain, random) => {
    breaks.certificate = (der) => der.subarray(0, der.length - 1 - random.below(der.length - 1));
  }),
  ...atEachLevel('boolean-one-critical', ({ breaks }) => {
    breaks.extension = (_written, extension) =>
      extension.critical
        ? sequence(objectIdentifier(extension.oid), element(0x01, Uint8Array.of(1)), octetString(extension.value))
        : writeExtension(extension);
  }),
  {
    name: 'boolean-one-ca',
    deserved: 'reject',
    apply: (chain) =>
      put(chain.someIntermediate(), { ...basicConstraints(true), value: sequence(element(0x01, Uint8Array.of(1))) }),
  },
  // DER leaves a DEFAULT out (X.690 11.5); some issuers write it all the same.
  ...atEachLevel(
    'default-critical-written',
    ({ breaks }) => {
      breaks.extension = (written, { oid, critical, value }) =>
        critical ? written : sequence(objectIdentifier(oid), boolean(false), octetString(value));
    },
    'either',
  ),
  arguable('default-ca-written', (chain) =>
    put(chain.leaf, { ...basicConstraints(false), value: sequence(boolean(false)) }),
  ),
  ...atEachLevel('version-unknown', ({ breaks }) => {
    breaks.fields = (fields) => [explicit(0, integer(3)), ...fields.slice(1)];
  }),
  ...atEachLevel('padded-serial', ({ breaks }) => {
    breaks.serialElement = withPadding;
  }),
  ...atEachLevel('empty-serial', (certificate) => {
    certificate.serial = new Uint8Array(0);
  }),
  // 4.1.2.2 forbids issuers both, and asks readers to handle them gracefully.
  ...atEachLevel(
    'negative-serial',
    (certificate, _chain, random) => {
      certificate.serial = Uint8Array.of(0x80 | random.below(127), ...certificate.serial);
    },
    'either',
  ),
  ...atEachLevel(
    'zero-serial',
    (certificate) => {
      certificate.serial = Uint8Array.of(0);
    },
    'either',
  ),
  arguable('long-serial', (chain) => {
    chain.leaf.serial = Uint8Array.of(1, ...new Uint8Array(29));
  }),
  sound('twenty-octet-serial', (chain, random) => {
    chain.leaf.serial = Uint8Array.from({ length: 20 }, () => 1 + random.below(127));
  }),
  sound('unique-identifiers', ({ leaf }) => {
    // Issuers must not write them; readers should be able to read them (4.1.2.8).
    leaf.breaks.fields = (fields) => [
      ...fields.slice(0, 7),
      Uint8Array.of(0x81, 2, 0, 7),
      Uint8Array.of(0x82, 2, 0, 9),
      ...fields.slice(7),
    ];
  }),
  ...atEachLevel('empty-extensions', ({ breaks }) => {
    breaks.fields = (fields) => [...fields.slice(0, 7), explicit(3, sequence())];
  }),
  ...atEachLevel('unused-bits-set', (certificate) => {
    // A BIT STRING of DER has zeros in the bits that it does not use.
    put(certificate, { oid: OID.keyUsage, critical: true, value: Uint8Array.of(3, 2, 1, 0x87) });
  }),
];

/** Changes the value of the first extension that is a SEQUENCE, and so has a length that can be written otherwise. */
function changeValue(certificate: CertificateDraft, change: (value: Uint8Array) => Uint8Array): void {
  const constructed = (extension: Extension) => extension.value[0] === 0x30;
  const chosen = certificate.extensions.find(constructed);
  if (chosen === undefined) throw new RangeError('no extension to change');
  put(certificate, { ...chosen, value: change(chosen.value) });
}

function onlyFirst(change: (written: Uint8Array) => Uint8Array): (written: Uint8Array) => Uint8Array {
  let done = false;
  return (written) => {
    if (done) return written;
    done = true;
    return change(written);
  };
}

/** Of a certificate as written: always a length of three octets (0x82 and two), for all are longer than 255 octets. */
function contentOf(der: Uint8Array): Uint8Array {
  return der.subarray(4);
}
