import { gunzipSync, gzipSync } from 'node:zlib';
import { MAX_CERTIFICATE_BYTES } from '../../contract/card-process.ts';
import { concatOctets } from '../../octets.ts';
import { CardError } from '../card-error.ts';
import { encodeTlv, readOnly, readTlvs, valueWith } from '../tlv.ts';

const CERTIFICATE = 0x70;
const CERT_INFO = 0x71;
const ERROR_DETECTION_CODE = 0xfe;
/** CertInfo, SP 800-73-4 part 1 table 11: the certificate is compressed by gzip (RFC 1952). */
const GZIP = 0x01;
const SEQUENCE = 0x30;

/**
 * The certificate in a certificate object (content of 53): DER, at most 64 kB, a view of `content` unless it was compressed;
 * null if the object holds none, which is how some software deletes one. Anything else is 'malformed-answer' about `what`.
 * Only the frame is looked at: whether the DER is a certificate is for src/core/pki to say.
 */
export function parseCertificateObject(content: Uint8Array, what: string): Uint8Array | null {
  const elements = readTlvs(content, what);
  const stored = valueWith(elements, CERTIFICATE, what);
  if (stored === null || stored.length === 0) {
    if (stored === null && elements.length > 0) throw new CardError({ code: 'malformed-answer', what });
    return null;
  }
  const info = valueWith(elements, CERT_INFO, what)?.[0] ?? 0;
  const der = (info & GZIP) === 0 ? stored : gunzip(stored, what);
  if (der.length > MAX_CERTIFICATE_BYTES) throw new CardError({ code: 'malformed-answer', what });
  readOnly(der, SEQUENCE, what);
  return der;
}

/** The content of a certificate object for PUT DATA. */
export function encodeCertificateObject(der: Uint8Array, { compress = false } = {}): Uint8Array {
  return concatOctets(
    encodeTlv(CERTIFICATE, compress ? gzipSync(der) : der),
    encodeTlv(CERT_INFO, Uint8Array.of(compress ? GZIP : 0)),
    encodeTlv(ERROR_DETECTION_CODE),
  );
}

function gunzip(compressed: Uint8Array, what: string): Uint8Array {
  try {
    return gunzipSync(compressed, { maxOutputLength: MAX_CERTIFICATE_BYTES });
  } catch (cause) {
    throw new CardError({ code: 'malformed-answer', what }, { cause });
  }
}
