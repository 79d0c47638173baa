import { createHash, generateKeyPairSync } from 'node:crypto';
import { type Certificate, parseCertificate } from '../../../src/core/pki/x509/certificate.ts';
import { type Breaks, writeCertificate } from '../../pki-corpus/certificate-writer.ts';
import { integer } from '../../pki-corpus/der.ts';
import { basicConstraints, type Extension } from '../../pki-corpus/extensions.ts';
import { attribute, type Name } from '../../pki-corpus/names.ts';
import { SCHEMES } from '../../pki-corpus/signature-schemes.ts';
import type { KeyKind, SigningKey } from '../../pki-corpus/signing-keys.ts';

/** Certificates for tests: written by a writer of their own, read by the parser under test. */

export const AT = Date.UTC(2026, 5, 1);
export const DAY_MS = 86_400_000;

/** Somebody with a name and a key: whoever certificates are issued to, or by. */
export type Party = { readonly name: Name; readonly key: SigningKey };

export function party(common: string, key: SigningKey = newKey()): Party {
  return { name: nameOf(common), key };
}

export function nameOf(common: string): Name {
  return [attribute('country', 'GB'), attribute('common', common)];
}

export function newKey(kind: KeyKind = 'p-256'): SigningKey {
  const { publicKey, privateKey } = pairOf(kind);
  const spki = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
  return { kind, privateKey, publicKey: spki, identifier: Uint8Array.from(createHash('sha1').update(spki).digest()) };
}

function pairOf(kind: KeyKind) {
  switch (kind) {
    case 'rsa-2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'p-256':
      return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    case 'p-384':
      return generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    case 'p-521':
      return generateKeyPairSync('ec', { namedCurve: 'secp521r1' });
    case 'ed25519':
      return generateKeyPairSync('ed25519');
  }
}

export type Issuance = {
  readonly extensions?: readonly Extension[];
  readonly serial?: number;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly breaks?: Breaks;
};

let serials = 0;

export function issueDer(subject: Party, issuer: Party, how: Issuance = {}): Uint8Array {
  serials += 1;
  return writeCertificate({
    version: 3,
    serial: integer(how.serial ?? 0x100000 + serials).slice(2),
    issuer: issuer.name,
    subject: subject.name,
    notBefore: how.notBefore ?? AT - 30 * DAY_MS,
    notAfter: how.notAfter ?? AT + 30 * DAY_MS,
    key: subject.key,
    issuerKey: issuer.key,
    scheme: SCHEMES[issuer.key.kind][0],
    extensions: [...(how.extensions ?? [])],
    breaks: how.breaks ?? {},
  });
}

export function issue(subject: Party, issuer: Party, how: Issuance = {}): Certificate {
  return parseCertificate(issueDer(subject, issuer, how));
}

/** A certificate of a CA, whose other extensions are these. */
export function issueAuthority(subject: Party, issuer: Party, ...extensions: readonly Extension[]): Certificate {
  return issue(subject, issuer, { extensions: [basicConstraints(true), ...extensions] });
}

export function selfSigned(root: Party, ...extensions: readonly Extension[]): Certificate {
  return issueAuthority(root, root, ...extensions);
}
