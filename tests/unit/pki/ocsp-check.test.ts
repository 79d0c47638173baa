import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { trustStore } from '../../../src/core/pki/path/anchor.ts';
import { Budget } from '../../../src/core/pki/path/budget.ts';
import { judgePath } from '../../../src/core/pki/path/judge-path.ts';
import { RFC5280, STRICT } from '../../../src/core/pki/path/profile.ts';
import { type OcspAnswer, parseOcspAnswer } from '../../../src/core/pki/revocation/ocsp.ts';
import { checkOcsp } from '../../../src/core/pki/revocation/ocsp-check.ts';
import type { RevocationStatus } from '../../../src/core/pki/revocation/revocation-status.ts';
import type { Certificate } from '../../../src/core/pki/x509/certificate.ts';
import { parseRevocationList } from '../../../src/core/pki/x509/revocation-list.ts';
import { element, explicit, generalizedTime, implicit, octetString } from '../../pki-corpus/der.ts';
import { extendedKeyUsage, unknownExtension } from '../../pki-corpus/extensions.ts';
import { type SingleDraft, writeAnswer } from './answered.ts';
import { AT, DAY_MS, issue, newKey, party, selfSigned } from './issued.ts';
import { writeList } from './listed.ts';

/** What `openssl ocsp` never says; what it does say is in tests/integration/ocsp-responder.test.ts. */

const authority = party('Ward CA');
const authorityCertificate = selfSigned(authority);
const holder = issue(party('Holder'), authority);
const issuer = { name: authorityCertificate.subject, key: authorityCertificate.key };
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

const single = (status: SingleDraft['status'], more: Partial<SingleDraft> = {}): SingleDraft => ({
  about: holder,
  issuer: authority,
  status,
  ...more,
});

function answer(singles: readonly SingleDraft[], more: Partial<Parameters<typeof writeAnswer>[0]> = {}): OcspAnswer {
  const parsed = parseOcspAnswer(writeAnswer({ signer: authority, singles, ...more }));
  if (parsed.answer === null) throw new Error(parsed.refused);
  return parsed.answer;
}

function said(...answers: readonly OcspAnswer[]): RevocationStatus {
  return checkOcsp(holder, issuer, {
    answers,
    at: AT,
    profile: RFC5280,
    ageCap: DAY_MS,
    budget: new Budget(),
    isRevoked: () => false,
  });
}

describe('An answer', () => {
  it('that says two things of one certificate is believed the worse', () => {
    expect(said(answer([single('good'), single('revoked')])).state).toBe('revoked');
    expect(said(answer([single('revoked'), single('good')])).state).toBe('revoked');
    expect(said(answer([single('good'), single('unknown')]))).toEqual({
      state: 'unknown',
      reason: 'responder-does-not-know',
    });
    expect(said(answer([single('good'), single('good', { nextUpdate: AT - 1000 })])).state).toBe('stale');
  });

  it('may speak of others too', () => {
    const other = issue(party('Other'), authority);
    expect(said(answer([single('revoked', { about: other }), single('good')])).state).toBe('good');
  });

  it('of an issuer with the same name and another key speaks of another certificate', () => {
    const twin = { ...authority, key: newKey() };
    expect(said(answer([single('good', { issuer: twin })]))).toEqual({ state: 'unknown', reason: 'no-data' });
    expect(said(answer([single('good', { issuer: twin })], { signer: twin }))).toEqual({
      state: 'unknown',
      reason: 'no-data',
    });
  });

  it('that says something critical which is not understood is not good, but revokes', () => {
    const critical = { extensions: [unknownExtension(true)] };
    const notUnderstood = { state: 'unknown', reason: 'not-understood' };
    expect(said(answer([single('good')], critical))).toEqual(notUnderstood);
    expect(said(answer([single('good', critical)]))).toEqual(notUnderstood);
    expect(said(answer([single('revoked', critical)], critical)).state).toBe('revoked');
    expect(said(answer([single('good')], { extensions: [unknownExtension(false)] })).state).toBe('good');
  });

  it('that is good counts before one that is stale or unknown, and a revoked one before all', () => {
    const [good, stale, unknown, revoked] = [
      answer([single('good')]),
      answer([single('good', { nextUpdate: AT - 1000 })]),
      answer([single('unknown')]),
      answer([single('revoked')]),
    ];
    expect(said(stale, good, unknown).state).toBe('good');
    expect(said(unknown, stale).state).toBe('stale');
    expect(said(good, stale, unknown, revoked).state).toBe('revoked');
  });

  it('carries a nonce as it should be written, or as older responders write it', () => {
    const withNonce = (value: Uint8Array, critical = false) =>
      answer([single('good')], { extensions: [{ oid: '1.3.6.1.5.5.7.48.1.2', critical, value }] });
    const nonce = new Uint8Array(16).fill(7);
    expect(withNonce(octetString(nonce)).nonce).toEqual(nonce);
    expect(withNonce(nonce).nonce).toEqual(nonce);
    expect(said(withNonce(octetString(nonce), true)).state).toBe('good');
    expect(answer([single('good')]).nonce).toBeNull();
  });

  it('tells since when and why a certificate is revoked', () => {
    const status = explicit(1, generalizedTime(AT - DAY_MS), explicit(0, element(0x0a, Uint8Array.of(4))));
    expect(said(answer([single(status)]))).toEqual({
      state: 'revoked',
      source: 'ocsp',
      at: AT - DAY_MS,
      reason: 'superseded',
    });
  });

  it.each([
    ['a good that is not empty', implicit(0, Uint8Array.of(1))],
    ['an unknown that is not empty', implicit(2, Uint8Array.of(1))],
    ['a reason that does not exist', explicit(1, generalizedTime(AT), explicit(0, element(0x0a, Uint8Array.of(7))))],
    ['a fourth status', implicit(3, new Uint8Array())],
  ])('is none with %s', (_what, status) => {
    expect(() => answer([single(status)])).toThrow(DerError);
  });

  it('is none with 257 words, or nine certificates', () => {
    expect(() => answer(Array<SingleDraft>(257).fill(single('good')))).toThrow('too many');
    expect(() => answer([single('good')], { certificates: Array<Certificate>(9).fill(holder) })).toThrow(
      'too many certificates',
    );
  });

  it.each([
    [1, 'malformed-request'],
    [2, 'internal-error'],
    [3, 'try-later'],
    [5, 'sig-required'],
    [6, 'unauthorized'],
  ])('of status %i says nothing but %s', (status, refused) => {
    expect(parseOcspAnswer(Uint8Array.of(0x30, 3, 0x0a, 1, status))).toEqual({ refused, answer: null });
  });

  it.each([0, 4, 7])('of status %i alone is none', (status) => {
    expect(() => parseOcspAnswer(Uint8Array.of(0x30, 3, 0x0a, 1, status))).toThrow(DerError);
  });
});

describe('Beside revocation lists', () => {
  const client = issue(party('Client'), authority, { extensions: [extendedKeyUsage(['1.3.6.1.5.5.7.3.2'])] });
  const judged = (answers: readonly OcspAnswer[], lists: readonly Uint8Array[]) =>
    judgePath(client, trustStore([authorityCertificate]), [], {
      at: AT,
      profile: STRICT,
      revocation: { answers, lists: lists.map(parseRevocationList), ageCap: DAY_MS, tolerates: () => false },
    });
  const of = (status: SingleDraft['status']) => answer([single(status, { about: client })]);
  const [empty, revoking] = [
    writeList({ issuer: authority }),
    writeList({ issuer: authority, entries: [{ serial: client.serial, reason: 1 }] }),
  ];

  it('either that revokes is believed', () => {
    expect(judged([of('good')], [revoking])).toMatchObject({
      accepted: false,
      path: [{ revocation: { state: 'revoked', source: 'crl' } }],
    });
    expect(judged([of('revoked')], [empty])).toMatchObject({
      accepted: false,
      path: [{ revocation: { state: 'revoked', source: 'ocsp' } }],
    });
  });

  it('either that is good is enough where the other says nothing', () => {
    expect(judged([of('good')], []).accepted).toBe(true);
    expect(judged([], [empty]).accepted).toBe(true);
    expect(judged([], [])).toMatchObject({ accepted: false, faults: [] });
  });

  it.each([
    [3, 9, 9],
    [9, 3, 9],
    [3, -1, 3],
  ])('an answer of %d more days and a list of %d hold for %d', (answered, listed, held) => {
    const good = answer([single('good', { about: client, nextUpdate: AT + answered * DAY_MS })]);
    const list = writeList({ issuer: authority, thisUpdate: AT - 9 * DAY_MS, nextUpdate: AT + listed * DAY_MS });
    expect(judged([good], [list])).toMatchObject({
      accepted: true,
      path: [{ revocation: { state: 'good', source: 'ocsp', until: AT + held * DAY_MS } }],
    });
  });

  it('a delegate that a list revokes is not believed', () => {
    const delegate = party('Responder');
    const certificate = issue(delegate, authority, { extensions: [extendedKeyUsage([OCSP_SIGNING])] });
    const good = answer([single('good', { about: client })], { signer: delegate, certificates: [certificate] });
    expect(judged([good], []).accepted).toBe(true);
    const over = { issuer: authority, thisUpdate: AT - 9 * DAY_MS, nextUpdate: AT - DAY_MS };
    expect(judged([good], [writeList({ ...over, entries: [{ serial: certificate.serial }] })]).accepted).toBe(false);
  });
});
