import type { SignatureAlgorithm } from '../x509/algorithm.ts';
import { PURPOSE } from '../x509/oids.ts';
import type { KeyKind } from '../x509/public-key.ts';

/** What is asked of certificates beyond, or short of, what RFC 5280 says. */
export type Profile = {
  readonly name: 'strict' | 'rfc5280';
  readonly minimumRsaBits: number;
  readonly sha1: boolean;
  /** Only where the cryptography underneath still has it: Electron's does not. */
  readonly dsa: boolean;
  /**
   * The certificate must name one of these purposes in extendedKeyUsage, and no issuer above may leave it out where it names
   * any; null: none is asked for.
   */
  readonly purposes: readonly string[] | null;
  /** Whether it may also name no purpose at all, or any. */
  readonly anyPurpose: boolean;
};

/** The default for smartcards. */
export const STRICT: Profile = {
  name: 'strict',
  minimumRsaBits: 2048,
  sha1: false,
  dsa: false,
  purposes: [PURPOSE.clientAuth, PURPOSE.smartcardLogon],
  anyPurpose: false,
};

/** RFC 5280 alone: keys and digests of its time, any purpose. */
export const RFC5280: Profile = {
  name: 'rfc5280',
  minimumRsaBits: 1024,
  sha1: true,
  dsa: true,
  purposes: null,
  anyPurpose: true,
};

/** Verifying costs time that grows with the key: larger ones are nobody's. */
const MAXIMUM_RSA_BITS = 8192;
const MAXIMUM_EXPONENT_BITS = 64;

export function acceptsAlgorithm(profile: Profile, algorithm: SignatureAlgorithm): boolean {
  switch (algorithm.scheme) {
    case 'ed25519':
      return true;
    case 'dsa':
      return profile.dsa;
    case 'other':
      return false;
    case 'rsa-pkcs1':
    case 'rsa-pss':
    case 'ecdsa':
      return algorithm.hash !== 'sha1' || profile.sha1;
  }
}

export function acceptsKey(profile: Profile, kind: KeyKind): boolean {
  switch (kind.type) {
    case 'rsa':
      return (
        kind.modulusBits >= profile.minimumRsaBits &&
        kind.modulusBits <= MAXIMUM_RSA_BITS &&
        kind.exponentBits >= 2 &&
        kind.exponentBits <= MAXIMUM_EXPONENT_BITS
      );
    case 'ec':
    case 'ed25519':
      return true;
    case 'dsa':
      return profile.dsa && kind.primeBits >= 1024 && kind.primeBits <= 3072;
    case 'ec-other':
    case 'other':
      return false;
  }
}
