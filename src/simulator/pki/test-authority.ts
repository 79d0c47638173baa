import './reflect-metadata.ts';
import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { CardKey } from '../card/card-key.ts';
import type { PivSlot } from '../card/data-objects.ts';
import type { Person } from './person.ts';

x509.cryptoProvider.set(crypto);

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const SMARTCARD_LOGON = '1.3.6.1.4.1.311.20.2.2';
/** id-PIV-cardAuth (FIPS 201-3, appendix B). */
const PIV_CARD_AUTH = '2.16.840.1.101.3.6.8';
/** userId (RFC 4519, 2.39): the person's UUID. */
const USER_ID = '0.9.2342.19200300.100.1.1';

const YEAR_MS = 365 * 24 * 3_600_000;

export type Validity = { readonly notBefore: Date; readonly notAfter: Date };

export type CertificateRequest = {
  readonly person: Person;
  readonly slot: PivSlot;
  readonly key: CardKey;
  readonly validity: Validity;
};

export type AuthorityOptions = {
  /** Keys of root and issuing authority: 'p256' unless told. */
  readonly keys?: 'p256' | 'rsa2048';
  /** Ten years around now unless told. */
  readonly validity?: Validity;
  /** Begin of both authorities' names: 'Wardkey Test' unless told. */
  readonly name?: string;
};

type Authority = { readonly certificate: x509.X509Certificate; readonly keys: KeyPair };
type KeyPair = Awaited<ReturnType<typeof makeKeys>>;

/** Root and issuing authority of a test PKI, in memory. It issues and never judges. */
export class TestAuthority {
  readonly #root: Authority;
  readonly #issuing: Authority;

  private constructor(root: Authority, issuing: Authority) {
    this.#root = root;
    this.#issuing = issuing;
  }

  static async create(options: AuthorityOptions = {}): Promise<TestAuthority> {
    const algorithm = options.keys ?? 'p256';
    const validity = options.validity ?? around(Date.now(), 5 * YEAR_MS);
    const name = options.name ?? 'Wardkey Test';
    const rootKeys = await makeKeys(algorithm);
    const rootName = authorityName(`${name} Root`);
    const root = await authority(
      { subject: rootName, issuer: rootName, keys: rootKeys, signer: rootKeys, validity },
      1,
    );
    const keys = await makeKeys(algorithm);
    const subject = authorityName(`${name} Authentication`);
    const issuing = await authority({ subject, issuer: rootName, keys, signer: rootKeys, validity }, 0);
    return new TestAuthority({ certificate: root, keys: rootKeys }, { certificate: issuing, keys });
  }

  /** DER, self-signed. */
  get rootCertificate(): Uint8Array {
    return new Uint8Array(this.#root.certificate.rawData);
  }

  /** DER, signed by the root. */
  get issuingCertificate(): Uint8Array {
    return new Uint8Array(this.#issuing.certificate.rawData);
  }

  /** A certificate for one slot of one person's card, as DER, with the key usage of SP 800-73-4 for that slot. */
  async issue({ person, slot, key, validity }: CertificateRequest): Promise<Uint8Array> {
    const subjectKey = new x509.PublicKey(spki(key.privateKey));
    const issuer = this.#issuing;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: [
        { C: ['GB'] },
        { O: ['Wardkey Test'] },
        { [USER_ID]: [person.uuid] },
        { CN: [slot === '9e' ? `Card of ${person.uuid}` : person.name] },
      ],
      issuer: issuer.certificate.subjectName.toJSON(),
      notBefore: validity.notBefore,
      notAfter: validity.notAfter,
      publicKey: subjectKey,
      signingKey: issuer.keys.privateKey,
      signingAlgorithm: signatureAlgorithm(issuer.keys),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(keyUsage(slot, key), true),
        ...extendedKeyUsage(slot),
        ...(slot === '9e' ? [] : [alternativeNames(person)]),
        await x509.SubjectKeyIdentifierExtension.create(subjectKey),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate),
      ],
    });
    return new Uint8Array(certificate.rawData);
  }
}

type AuthorityRequest = {
  readonly subject: x509.JsonName;
  readonly issuer: x509.JsonName;
  readonly keys: KeyPair;
  readonly signer: KeyPair;
  readonly validity: Validity;
};

async function authority(request: AuthorityRequest, pathLength: number): Promise<x509.X509Certificate> {
  const { subject, issuer, keys, signer, validity } = request;
  return x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject,
    issuer,
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: signatureAlgorithm(signer),
    extensions: [
      new x509.BasicConstraintsExtension(true, pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
    ],
  });
}

function keyUsage(slot: PivSlot, key: CardKey): x509.KeyUsageFlags {
  const { digitalSignature, nonRepudiation, keyEncipherment, keyAgreement } = x509.KeyUsageFlags;
  if (slot === '9c') return digitalSignature | nonRepudiation;
  if (slot === '9d') return key.algorithm.startsWith('rsa') ? keyEncipherment : keyAgreement;
  return digitalSignature;
}

function extendedKeyUsage(slot: PivSlot): x509.Extension[] {
  switch (slot) {
    case '9a':
      return [new x509.ExtendedKeyUsageExtension([CLIENT_AUTH, SMARTCARD_LOGON])];
    case '9c':
    case '9d':
      return [new x509.ExtendedKeyUsageExtension([EMAIL_PROTECTION])];
    case '9e':
      return [new x509.ExtendedKeyUsageExtension([PIV_CARD_AUTH], true)];
    default:
      throw new Error(`not a slot: ${String(slot satisfies never)}`);
  }
}

function alternativeNames(person: Person): x509.Extension {
  return new x509.SubjectAlternativeNameExtension([
    new x509.GeneralName('upn', person.upn),
    new x509.GeneralName('email', person.email),
  ]);
}

function authorityName(commonName: string): x509.JsonName {
  return [{ C: ['GB'] }, { O: ['Wardkey Test'] }, { CN: [commonName] }];
}

async function makeKeys(algorithm: 'p256' | 'rsa2048') {
  if (algorithm === 'p256') {
    return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  }
  const publicExponent = Uint8Array.of(1, 0, 1);
  const rsa = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent, hash: 'SHA-256' };
  return crypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
}

function signatureAlgorithm(keys: KeyPair) {
  return { name: keys.privateKey.algorithm.name, hash: 'SHA-256' };
}

function spki(privateKey: KeyObject): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
}

/** 16 bytes, positive and of full length (RFC 5280, 4.1.2.2). */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function around(now: number, reachMs: number): Validity {
  return { notBefore: new Date(now - reachMs), notAfter: new Date(now + reachMs) };
}

const AUTHORITIES = new Map<string, Promise<TestAuthority>>();

/** The process's own authority with keys of the given kind, made at first use. */
export function testAuthority(keys: 'p256' | 'rsa2048' = 'p256'): Promise<TestAuthority> {
  const known = AUTHORITIES.get(keys) ?? TestAuthority.create({ keys });
  AUTHORITIES.set(keys, known);
  return known;
}
