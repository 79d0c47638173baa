import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '../../../src/core/agent/failure-codes.ts';
import { DEFAULT_POLICY } from '../../../src/core/agent/policy.ts';
import type { DeskProblemCode } from '../../../src/core/contract/card-desk/problems.ts';
import { VIEW_OUTCOMES } from '../../../src/core/contract/view.ts';
import { translatorFor } from '../../../src/core/language/translators.ts';
import type { TrustState } from '../../../src/main/certificates/certificate-service.ts';
import {
  cardFindings,
  deskFinding,
  networkFinding,
  revocationFinding,
  trustFinding,
} from '../../../src/main/doctor/diagnosis.ts';
import type { FetchFailureReason } from '../../../src/main/revocation/fetch-failure.ts';
import type { SourceState } from '../../../src/main/revocation/revocation-keeper.ts';
import { findingStep } from '../../../src/renderer/diagnostics/finding-sentence.ts';
import { cardIdOf, certificate, DAY, NOW, policyWith, Scene } from '../agent/scene.ts';

const R = 'Reader A';

/** A card in its reader that has said who it is, and nothing more. */
function recognised(policy = DEFAULT_POLICY) {
  const scene = new Scene({ policy });
  scene.start(R);
  const to = { reader: R, insertion: scene.insert(R) };
  const cardId = cardIdOf('ada');
  scene.happen({ ...to, type: 'recognised', identity: { cardId, guid: cardId, fascn: null, expires: null } });
  return {
    scene,
    shows: (slot: '9A' | '9C', daysLeft: number) =>
      scene.happen({ ...to, type: 'certificate', slot, certificate: certificate('ada', daysLeft), shown: true }),
    ends: (failure: { code: 'malformed-answer'; what: string } | null) =>
      scene.happen({ ...to, type: 'read-finished', failure }),
    found: () => cardFindings(scene.state, null).find(({ check }) => check === 'certificate'),
  };
}

describe('what is found of the certificate', () => {
  it('is the days of the one that signs in, whatever the others have', () => {
    const card = recognised(policyWith({ certificates: { signInSlot: '9C' } }));
    card.shows('9A', 400);
    card.shows('9C', 20);
    card.ends(null);
    expect(card.found()).toMatchObject({ state: 'ok', detail: '20' });
  });

  it('is its own trouble, also while the card is signed in or has another one', () => {
    const { scene, found } = recognised();
    const { insertion } = scene.signIn(R, 'ada', 0.001);
    scene.pass(3_600_000);
    const expired = certificate('ada', -1);
    scene.happen({ type: 'certificate', reader: R, insertion, slot: '9A', certificate: expired, shown: true });
    scene.happen({ type: 'pin-status', reader: R, insertion, status: { state: 'blocked', triesLeft: 0 } });
    expect(found()).toMatchObject({ state: 'failed', code: 'Certificate_Expired' });
  });

  it('is never that it is accepted when only another one was read', () => {
    const card = recognised(policyWith({ certificates: { signInSlot: '9C' } }));
    card.shows('9A', 400);
    expect(card.found()).toMatchObject({ state: 'not-checked' });
  });

  it('is nothing while the card is being read', () => {
    expect(recognised().found()).toMatchObject({ state: 'not-checked', code: null });
  });

  it('is why it could not be read', () => {
    const card = recognised();
    for (let tries = 0; tries < 3; tries++) card.ends({ code: 'malformed-answer', what: 'certificate' });
    expect(card.found()).toMatchObject({ state: 'failed', code: 'Card_Malformed' });
  });
});

const trust = (told: Partial<TrustState>): TrustState => ({
  certificates: [],
  problems: [],
  sources: [],
  clockBehind: 0,
  ...told,
});

describe('what is found of the issuers', () => {
  const LADDER = [14, 90, 30];
  const found = (told: Partial<TrustState>) => trustFinding(trust(told), LADDER, new Date(NOW));
  const issuer = (name: string, days: number) => ({ fingerprint: `fp-${name}`, name, notAfter: NOW + days * DAY });

  it('is nothing where the policy names no anchors', () => {
    expect(found({ certificates: null })).toMatchObject({ state: 'not-checked', code: null });
  });

  it('is that they cannot be read, or that there are none', () => {
    const problems = [{ path: '/etc/anchors.pem', why: 'ENOENT' }];
    expect(found({ problems })).toMatchObject({
      state: 'failed',
      code: 'Trust_Unusable',
      detail: '/etc/anchors.pem: ENOENT',
    });
    expect(found({})).toMatchObject({ state: 'failed', code: 'Trust_Unusable' });
  });

  it('is the one that ends first of those on the ladder, intermediate or anchor', () => {
    const certificates = [issuer('Root', 400), issuer('Issuing', 90), issuer('Other', 20)];
    expect(found({ certificates })).toMatchObject({
      state: 'warning',
      code: 'Trust_Ending',
      detail: 'Other: 2026-07-21',
    });
    expect(found({ certificates: certificates.slice(0, 2) })).toMatchObject({ detail: 'Issuing: 2026-09-29' });
  });

  it('is how many there are, before the ladder', () => {
    expect(found({ certificates: [issuer('Root', 400), issuer('Issuing', 91)] })).toMatchObject({
      state: 'ok',
      detail: '2',
    });
  });
});

describe('what is found of revocation', () => {
  const source = (told: Partial<SourceState>): SourceState => ({
    kind: 'crl',
    host: 'crl.example',
    window: { thisUpdate: NOW - DAY, nextUpdate: NOW + DAY },
    until: NOW + DAY,
    late: false,
    fault: null,
    failures: 0,
    failingSince: null,
    ...told,
  });
  const failing = { fault: 'unreachable', failures: 9, failingSince: NOW - 3_600_000 };
  const found = (...sources: SourceState[]) => revocationFinding(trust({ sources }), new Date(NOW));

  it('is nothing before anybody has asked', () => expect(found()).toMatchObject({ state: 'not-checked', code: null }));

  it('is until when it holds, where all is well', () => {
    expect(found(source({}), source({ until: NOW + DAY / 2 }))).toMatchObject({
      state: 'ok',
      says: 'What is known is up to date, until 2026-07-02T00:00Z.',
    });
    expect(found(source({ kind: 'certificate' }))).toMatchObject({ says: 'What is known is up to date.' });
  });

  it('is a warning while what is known holds, and says since when, and until when', () => {
    expect(found(source(failing))).toMatchObject({
      state: 'warning',
      code: 'Revocation_NotFetched',
      detail: 'crl crl.example: unreachable since 2026-07-01T11:00Z, known until 2026-07-02T12:00Z',
    });
  });

  it('says that it runs out when it is late', () => {
    expect(found(source({ ...failing, late: true }))).toMatchObject({
      state: 'warning',
      code: 'Revocation_RunningOut',
      detail: expect.stringContaining('known until 2026-07-02T12:00Z'),
    });
  });

  it('is a failure where it is over, or nothing is known', () => {
    expect(found(source({ ...failing, until: NOW - 1 }))).toMatchObject({
      state: 'failed',
      code: 'Revocation_NotFetched',
    });
    expect(found(source({ ...failing, window: null, until: null }))).toMatchObject({
      state: 'failed',
      code: 'Revocation_NotFetched',
      detail: 'crl crl.example: unreachable since 2026-07-01T11:00Z, nothing is known',
    });
  });

  it('is the worst: what ends first of all that cannot be fetched', () => {
    const later = source({ ...failing, host: 'later.example' });
    const sooner = source({ ...failing, host: 'sooner.example', until: NOW + 1 });
    const fine = source({ host: 'fine.example', until: NOW });
    expect(found(later, fine, sooner)).toMatchObject({ detail: expect.stringContaining('sooner.example') });
    const none = source({ ...failing, host: 'none.example', window: null, until: null });
    expect(found(later, sooner, none)).toMatchObject({ detail: expect.stringContaining('none.example') });
  });
});

describe('what is found of the driver', () => {
  const started = (...readers: string[]) => {
    const scene = new Scene();
    scene.start(...readers);
    return scene;
  };
  const found = (scene: Scene, drivers: Parameters<typeof cardFindings>[1]) =>
    cardFindings(scene.state, drivers).find(({ check }) => check === 'driver');

  it('is that it works where a reader is listed, whatever the files say', () => {
    expect(found(started(R), [])).toMatchObject({ state: 'ok', detail: null });
    expect(found(started(R), null)).toMatchObject({ state: 'ok', detail: null });
  });

  it('is which ones are installed where no reader is listed', () => {
    expect(found(started(), ['ifd-ccid.bundle'])).toMatchObject({ state: 'ok', detail: 'ifd-ccid.bundle' });
  });

  it('is that there is none, as the likely reason why there is no reader', () => {
    const findings = cardFindings(started().state, []);
    expect(findings.map(({ check, state }) => `${check} ${state}`)).toEqual([
      'service ok',
      'driver warning',
      'reader failed',
      'card not-checked',
    ]);
    expect(findings[1]).toMatchObject({ code: 'Driver_NotFound', fix: FAILURES.Driver_NotFound.next });
  });

  it('is nothing where it cannot be known', () => {
    expect(found(started(), null)).toMatchObject({ state: 'not-checked', code: null });
    expect(found(new Scene(), ['ifd-ccid.bundle'])).toMatchObject({ state: 'not-checked' });
  });
});

describe('what is found of the network', () => {
  it('is each name that is missing, also beside others that are found', () => {
    expect(networkFinding({ found: ['a.example'], missing: ['b.example', 'c.example'] })).toMatchObject({
      state: 'warning',
      code: 'Network_NameNotFound',
      detail: 'b.example, c.example',
    });
  });

  it('has room for however many there are', () => {
    const missing = Array.from({ length: 20 }, (_, i) => `${String(i)}.${'x'.repeat(250)}`);
    const finding = networkFinding({ found: [], missing });
    expect(v.is(VIEW_OUTCOMES.diagnose, { ok: true, value: [finding] })).toBe(true);
    expect(finding.detail).toMatch(/, \+14$/);
  });

  it('is all right when nothing is missing, and nothing when nothing was asked for', () => {
    expect(networkFinding({ found: ['a.example', 'b.example'], missing: [] })).toMatchObject({ state: 'ok' });
    expect(networkFinding({ found: [], missing: [] })).toMatchObject({ state: 'not-checked' });
  });
});

describe('what is found of the card desk', () => {
  const found = (reply: Parameters<typeof deskFinding>[0]['reply']) => deskFinding({ host: 'desk.example', reply });
  const away = (reason: FetchFailureReason) => found({ kind: 'not-reached', reason, sent: false });
  const refused = (code: DeskProblemCode) => found({ kind: 'refused', problem: { code, says: 'No.', next: 'Wait.' } });

  it('is that it answers', () => {
    const answer = { organisation: 'Hale Hospital', help: 'Grace Hale' };
    expect(found({ kind: 'done', answer })).toMatchObject({ check: 'desk', state: 'ok', detail: 'desk.example' });
  });

  it.each(['name-not-found', 'unreachable', 'timed-out'] as const)('is that it is away: %s', (reason) => {
    expect(away(reason)).toMatchObject({ state: 'warning', code: 'Desk_NotReached', detail: 'desk.example' });
  });

  it.each(['too-large', 'encoded', 'refused-status'] as const)('is that it is none: %s', (reason) => {
    expect(away(reason)).toMatchObject({ state: 'failed', code: 'Desk_NotUnderstood' });
  });

  it('is that it is not trusted, or speaks otherwise', () => {
    expect(found({ kind: 'not-trusted' })).toMatchObject({ state: 'failed', code: 'Desk_NotTrusted' });
    expect(found({ kind: 'not-understood', status: 200 })).toMatchObject({
      state: 'failed',
      code: 'Desk_NotUnderstood',
    });
  });

  it('is that it cannot serve anybody just now', () => {
    expect(refused('Desk_Unavailable')).toMatchObject({ state: 'warning', code: 'Desk_Unavailable' });
    expect(refused('Desk_Internal')).toMatchObject({ state: 'warning', code: 'Desk_Unavailable' });
    expect(refused('Desk_TooMany')).toMatchObject({ state: 'warning', code: 'Desk_TooMany' });
  });

  it('never promises that Wardkey tries again by itself', () => {
    const findings = [away('unreachable'), refused('Desk_Unavailable'), refused('Desk_TooMany')];
    for (const { fix } of findings) expect(fix).not.toContain('by itself');
    for (const language of ['en', 'cy'] as const) {
      const translator = translatorFor(language);
      for (const { code } of findings) {
        expect(code === null ? null : findingStep(code, translator)).not.toMatch(/by itself|ohono’i hun/);
      }
    }
  });
});
