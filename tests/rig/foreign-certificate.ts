import '../../src/simulator/pki/reflect-metadata.ts';
import * as x509 from '@peculiar/x509';

/** A certificate (DER) of a key that is sound and that no card has: ECDSA on P-521. */
export async function foreignCertificate(): Promise<Buffer> {
  x509.cryptoProvider.set(crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-256' } as const;
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Elsewhere',
    keys,
    signingAlgorithm: algorithm,
  });
  return Buffer.from(certificate.rawData);
}
