import { createHash } from 'node:crypto';
import type { Certificate } from '../../../src/core/pki/x509/certificate.ts';
import {
  bitString,
  element,
  explicit,
  generalizedTime,
  implicit,
  integerOf,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
} from '../../pki-corpus/der.ts';
import { type Extension, writeExtension } from '../../pki-corpus/extensions.ts';
import { writeName } from '../../pki-corpus/names.ts';
import { SCHEMES } from '../../pki-corpus/signature-schemes.ts';
import { AT, DAY_MS, type Party } from './issued.ts';

/** OCSP answers for tests (RFC 6960, 4.2), with things in them that `openssl ocsp` never says. */
export type AnswerDraft = {
  readonly signer: Party;
  readonly singles: readonly SingleDraft[];
  readonly certificates?: readonly Certificate[];
  readonly extensions?: readonly Extension[];
};

export type SingleDraft = {
  readonly about: Certificate;
  /** Who issued it: name from the certificate, key from here. */
  readonly issuer: Party;
  /** How certain it is; `revoked` since yesterday, for no reason that is told. */
  readonly status: 'good' | 'revoked' | 'unknown' | Uint8Array;
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | null;
  readonly extensions?: readonly Extension[];
};

export function writeAnswer({ signer, singles, certificates = [], extensions = [] }: AnswerDraft): Uint8Array {
  const scheme = SCHEMES[signer.key.kind][0];
  const tbs = sequence(
    explicit(1, writeName(signer.name)),
    generalizedTime(AT),
    sequence(...singles.map(writeSingle)),
    ...(extensions.length === 0 ? [] : [explicit(1, sequence(...extensions.map(writeExtension)))]),
  );
  const basic = sequence(
    tbs,
    scheme.identifier,
    bitString(scheme.sign(tbs, signer.key)),
    ...(certificates.length === 0 ? [] : [explicit(0, sequence(...certificates.map(({ der }) => der)))]),
  );
  return sequence(
    element(0x0a, Uint8Array.of(0)),
    explicit(0, sequence(objectIdentifier('1.3.6.1.5.5.7.48.1.1'), octetString(basic))),
  );
}

function writeSingle(draft: SingleDraft): Uint8Array {
  const { about, issuer, status, thisUpdate = AT - DAY_MS, nextUpdate = AT + DAY_MS, extensions = [] } = draft;
  const sha1 = (octets: Uint8Array) => octetString(createHash('sha1').update(octets).digest());
  // The BIT STRING ends a SubjectPublicKeyInfo; its content follows the octet of unused bits.
  return sequence(
    sequence(
      sequence(objectIdentifier('1.3.14.3.2.26'), NULL),
      sha1(writeName(issuer.name)),
      sha1(keyBits(issuer.key.publicKey)),
      integerOf(about.serial),
    ),
    writeStatus(status),
    generalizedTime(thisUpdate),
    ...(nextUpdate === null ? [] : [explicit(0, generalizedTime(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [explicit(1, sequence(...extensions.map(writeExtension)))]),
  );
}

function writeStatus(status: SingleDraft['status']): Uint8Array {
  if (typeof status !== 'string') return status;
  switch (status) {
    case 'good':
      return implicit(0, new Uint8Array());
    case 'revoked':
      return explicit(1, generalizedTime(AT - DAY_MS));
    case 'unknown':
      return implicit(2, new Uint8Array());
  }
}

/** Of keys below 128 octets: SEQUENCE { AlgorithmIdentifier, BIT STRING }. */
function keyBits(spki: Uint8Array): Uint8Array {
  const algorithm = 2 + (spki[3] ?? 0);
  return spki.slice(2 + algorithm + 3);
}
