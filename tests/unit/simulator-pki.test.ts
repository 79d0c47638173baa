import { createPublicKey, X509Certificate } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ATR_NAMES, atrBytes } from '../../src/simulator/card/atr.ts';
import { CardKey } from '../../src/simulator/card/card-key.ts';
import type { CardState } from '../../src/simulator/card/card-state.ts';
import { CERTIFICATE_OBJECT, PIV_SLOTS, type PivSlot } from '../../src/simulator/card/data-objects.ts';
import { CARD_PROFILES, PROFILE_NAMES } from '../../src/simulator/card/profiles.ts';
import { issueCardState } from '../../src/simulator/pki/issue-card.ts';
import { KeyPool } from '../../src/simulator/pki/key-pool.ts';
import { BEN } from '../../src/simulator/pki/person.ts';
import { TestAuthority, testAuthority } from '../../src/simulator/pki/test-authority.ts';
import { element } from './simulator-terminal.ts';

function certificateIn(card: CardState, slot: PivSlot): X509Certificate {
  const object = Buffer.from(card.objects[CERTIFICATE_OBJECT[slot]] ?? '', 'hex');
  const content = element(object, 0x70);
  return new X509Certificate(element(object, 0x71)[0] === 1 ? gunzipSync(content) : content);
}

describe('an issued card', () => {
  it.each(['rsa1024', 'rsa2048', 'p256', 'p384', 'ed25519'] as const)(
    'has in each slot a certificate for the %s key in that slot, signed by the issuing authority',
    async (keys) => {
      const card = await issueCardState({ keys });
      const authority = await testAuthority();
      const issuer = new X509Certificate(authority.issuingCertificate);
      const root = new X509Certificate(authority.rootCertificate);
      expect(issuer.verify(root.publicKey) && root.verify(root.publicKey) && issuer.ca && root.ca).toBe(true);
      for (const slot of PIV_SLOTS) {
        const certificate = certificateIn(card, slot);
        expect(certificate.verify(issuer.publicKey)).toBe(true);
        expect(certificate.checkIssued(issuer)).toBe(true);
        const key = card.keys[slot];
        if (key === undefined) throw new Error(`no key in ${slot}`);
        const { privateKey } = CardKey.fromPkcs8(key.algorithm, Buffer.from(key.pkcs8, 'base64'));
        expect(certificate.publicKey.equals(createPublicKey(privateKey))).toBe(true);
      }
    },
  );

  it('names its person: UUID and name in the subject, UPN and email beside it', async () => {
    const certificate = certificateIn(await issueCardState({ keys: 'p256', person: BEN }), '9a');
    expect(certificate.subject).toBe(`C=GB\nO=Wardkey Test\nUID=${BEN.uuid}\nCN=${BEN.name}`);
    expect(certificate.subjectAltName).toContain(`UPN:${BEN.upn}`);
    expect(certificate.subjectAltName).toContain(`email:${BEN.email}`);
  });

  it('says in each certificate what its key is for', async () => {
    const card = await issueCardState({ keys: 'p256' });
    const uses = PIV_SLOTS.map((slot) => certificateIn(card, slot).keyUsage);
    expect(uses).toEqual([
      ['1.3.6.1.5.5.7.3.2', '1.3.6.1.4.1.311.20.2.2'],
      ['1.3.6.1.5.5.7.3.4'],
      ['1.3.6.1.5.5.7.3.4'],
      ['2.16.840.1.101.3.6.8'],
    ]);
  });

  it('is valid from and until when it is told, slot by slot', async () => {
    const others = { notBefore: new Date('2026-01-01'), notAfter: new Date('2029-01-01') };
    const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2023-01-01') };
    const card = await issueCardState({ keys: 'p256', validity: { '9c': expired, others } });
    expect(certificateIn(card, '9a').validToDate).toEqual(others.notAfter);
    expect(certificateIn(card, '9c').validFromDate).toEqual(expired.notBefore);
    expect(certificateIn(card, '9c').validToDate).toEqual(expired.notAfter);
  });

  it('has compressed certificates when asked, and empty slots', async () => {
    const card = await issueCardState({ keys: { '9a': 'p256', '9c': null }, gzip: true });
    expect(element(Buffer.from(card.objects['5fc105'] ?? '', 'hex'), 0x71)).toEqual(Buffer.of(1));
    expect(certificateIn(card, '9a').subject).toContain('Ada Lindqvist');
    expect(Object.keys(card.keys)).toEqual(['9a']);
    expect(card.objects['5fc10a']).toBeUndefined();
  });

  it('may come from another authority, with RSA keys', async () => {
    const authority = await TestAuthority.create({ keys: 'rsa2048', name: 'Elsewhere' });
    const certificate = certificateIn(await issueCardState({ keys: 'p256', authority }), '9a');
    expect(certificate.issuer).toContain('CN=Elsewhere Authentication');
    expect(certificate.verify(new X509Certificate(authority.issuingCertificate).publicKey)).toBe(true);
  });
});

it('hands out eight different RSA keys before the first comes round again', async () => {
  const pool = new KeyPool();
  const keys = await Promise.all(Array.from({ length: 9 }, () => pool.take('rsa1024')));
  expect(new Set(keys.map((key) => key.pkcs8().toString('hex'))).size).toBe(8);
  expect(keys[8]).toBe(keys[0]);
});

function interfaceBytes(indicator = 0): number {
  return [0x10, 0x20, 0x40, 0x80].filter((bit) => (indicator & bit) !== 0).length;
}

describe('an answer to reset', () => {
  it.each(ATR_NAMES)('%s is whole: its historical bytes are all there and its check byte is right', (name) => {
    const atr = atrBytes(name);
    const historical = (atr[1] ?? 0) & 0x0f;
    // T0 and each TDi tell in their upper half which interface bytes follow, and whether another TD is among them.
    let at = 1;
    while (((atr[at] ?? 0) & 0x80) !== 0) at += interfaceBytes(atr[at]);
    at += interfaceBytes(atr[at]);
    expect(atr).toHaveLength(at + 1 + historical + 1);
    expect(atr.subarray(1).reduce((sum, byte) => sum ^ byte, 0)).toBe(0);
  });

  it('differs from profile to profile', () => {
    expect(new Set(PROFILE_NAMES.map((name) => CARD_PROFILES[name].atr)).size).toBe(3);
  });
});
