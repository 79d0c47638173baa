import './reflect-metadata.ts';
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { CardKey } from '../card/card-key.ts';
import type { PivSlot } from '../card/data-objects.ts';
import type { Person } from './person.ts';

x509.cryptoProvider.set(crypto);

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const SMARTCARD_LOGON = '1.3.6.1.4.1.311.20.2.2';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
/** id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1): NULL. */
const OCSP_NO_CHECK = '1.3.6.1.5.5.7.48.1.5';
const CRL_NUMBER = '2.5.29.20';
/** id-PIV-cardAuth (FIPS 201-3, appendix B). */
const PIV_CARD_AUTH = '2.16.840.1.101.3.6.8';
/** userId (RFC 4519, 2.39): the person's UUID. */
const USER_ID = '0.9.2342.19200300.100.1.1';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

export type Validity = { readonly notBefore: Date; readonly notAfter: Date };

export type CertificateRequest = {
  readonly person: Person;
  readonly slot: PivSlot;
  readonly key: CardKey;
  readonly validity: Validity;
};

/** Which of the two. */
export type Level = 'root' | 'issuing';

/** Where a certificate says that more is to be had. */
export type Addresses = {
  /** Of revocation lists (RFC 5280, 4.2.1.13). */
  readonly lists?: readonly string[];
  /** Of an OCSP responder and of the issuer's certificate (4.2.2.1). */
  readonly ocsp?: string;
  readonly issuer?: string;
};

export type ListRequest = {
  readonly by: Level;
  readonly number: number;
  /** Certificates, as DER. */
  readonly revoked?: readonly Uint8Array[];
  /** Milliseconds since 1970: an hour ago, and a day from now, unless told. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
};

/** PEM. */
export type CertificateWithKey = { readonly certificate: string; readonly key: string };

export type AuthorityOptions = {
  /** Keys of root and issuing authority: 'p256' unless told. */
  readonly keys?: 'p256' | 'rsa2048';
  /** Ten years around now unless told. */
  readonly validity?: Validity;
  /** Begin of both authorities' names: 'Wardkey Test' unless told. */
  readonly name?: string;
  /** What certificates say that the root, and the issuing authority, has issued. Nothing unless told. */
  readonly addresses?: Partial<Record<Level, Addresses>>;
};

type Authority = { readonly certificate: x509.X509Certificate; readonly keys: KeyPair };
type KeyPair = Awaited<ReturnType<typeof makeKeys>>;

/** Root and issuing authority of a test PKI, in memory. It issues and never judges. */
export class TestAuthority {
  readonly #root: Authority;
  readonly #issuing: Authority;
  readonly #addresses: Addresses;

  private constructor(root: Authority, issuing: Authority, addresses: Addresses) {
    this.#root = root;
    this.#issuing = issuing;
    this.#addresses = addresses;
  }

  static async create(options: AuthorityOptions = {}): Promise<TestAuthority> {
    const algorithm = options.keys ?? 'p256';
    const validity = options.validity ?? around(Date.now(), 5 * YEAR_MS);
    const name = options.name ?? 'Wardkey Test';
    const rootKeys = await makeKeys(algorithm);
    const rootName = authorityName(`${name} Root`);
    const root = await authority(
      { subject: rootName, issuer: rootName, keys: rootKeys, signer: rootKeys, validity, addresses: {} },
      1,
    );
    const keys = await makeKeys(algorithm);
    const subject = authorityName(`${name} Authentication`);
    const { root: above = {}, issuing: below = {} } = options.addresses ?? {};
    const request = { subject, issuer: rootName, keys, signer: rootKeys, validity, addresses: above };
    const issuing = await authority(request, 0);
    return new TestAuthority({ certificate: root, keys: rootKeys }, { certificate: issuing, keys }, below);
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
        ...pointers(this.#addresses),
        await x509.SubjectKeyIdentifierExtension.create(subjectKey),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate),
      ],
    });
    return new Uint8Array(certificate.rawData);
  }

  /** A revocation list, as DER. */
  async list({ by, number, revoked = [], ...times }: ListRequest): Promise<Uint8Array> {
    const { certificate, keys } = this.#at(by);
    const thisUpdate = times.thisUpdate ?? Date.now() - HOUR_MS;
    const list = await x509.X509CrlGenerator.create({
      issuer: certificate.subjectName.toJSON(),
      thisUpdate: new Date(thisUpdate),
      nextUpdate: new Date(times.nextUpdate ?? Date.now() + 24 * HOUR_MS),
      entries: revoked.map((der) => ({
        serialNumber: new X509Certificate(der).serialNumber,
        revocationDate: new Date(thisUpdate),
        reason: x509.X509CrlReason.keyCompromise,
      })),
      extensions: [
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        new x509.Extension(CRL_NUMBER, false, integer(number)),
      ],
      signingKey: keys.privateKey,
      signingAlgorithm: signatureAlgorithm(keys),
    });
    return new Uint8Array(list.rawData);
  }

  /** A responder that answers in this authority's name (RFC 6960, 4.2.2.2), valid for a day, and not to be asked about itself. */
  async responder(by: Level): Promise<CertificateWithKey> {
    const { certificate, keys: signer } = this.#at(by);
    const keys = await makeKeys('p256');
    const delegate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: authorityName('Wardkey Test Responder'),
      issuer: certificate.subjectName.toJSON(),
      notBefore: new Date(Date.now() - HOUR_MS),
      notAfter: new Date(Date.now() + 24 * HOUR_MS),
      publicKey: keys.publicKey,
      signingKey: signer.privateKey,
      signingAlgorithm: signatureAlgorithm(signer),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([OCSP_SIGNING]),
        new x509.Extension(OCSP_NO_CHECK, false, Uint8Array.of(5, 0)),
        await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      ],
    });
    return { certificate: delegate.toString('pem'), key: await pemOf(keys) };
  }

  /** For programs that sign in this authority's name, such as `openssl ocsp`. */
  async pem(level: Level): Promise<CertificateWithKey> {
    const { certificate, keys } = this.#at(level);
    return { certificate: certificate.toString('pem'), key: await pemOf(keys) };
  }

  #at(level: Level): Authority {
    return level === 'root' ? this.#root : this.#issuing;
  }
}

type AuthorityRequest = {
  readonly subject: x509.JsonName;
  readonly issuer: x509.JsonName;
  readonly keys: KeyPair;
  readonly signer: KeyPair;
  readonly validity: Validity;
  readonly addresses: Addresses;
};

async function authority(request: AuthorityRequest, pathLength: number): Promise<x509.X509Certificate> {
  const { subject, issuer, keys, signer, validity, addresses } = request;
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
      ...pointers(addresses),
    ],
  });
}

function pointers({ lists, ocsp, issuer }: Addresses): x509.Extension[] {
  const access = {
    ...(ocsp === undefined ? {} : { ocsp: new x509.GeneralName('url', ocsp) }),
    ...(issuer === undefined ? {} : { caIssuers: new x509.GeneralName('url', issuer) }),
  };
  return [
    ...(lists === undefined ? [] : [new x509.CRLDistributionPointsExtension([...lists])]),
    ...(Object.keys(access).length === 0 ? [] : [new x509.AuthorityInfoAccessExtension(access)]),
  ];
}

async function pemOf({ privateKey }: KeyPair): Promise<string> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

/** An INTEGER that is not negative. */
function integer(value: number): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16);
  const octets = Buffer.from(`00${hex.length % 2 === 0 ? '' : '0'}${hex}`, 'hex');
  const content = (octets[1] ?? 0) >= 0x80 ? octets : octets.subarray(1);
  return Uint8Array.from([0x02, content.length, ...content]);
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
