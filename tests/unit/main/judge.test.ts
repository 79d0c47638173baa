import { beforeEach, describe, expect, it } from 'vitest';
import { rulesFor } from '../../../src/core/agent/certificate-rules.ts';
import { DEFAULT_POLICY } from '../../../src/core/agent/policy.ts';
import { Judge } from '../../../src/main/certificates/judge.ts';
import type { OcspKey, Offered, RevocationWish } from '../../../src/main/certificates/judge-messages.ts';
import { testKeys } from '../../../src/simulator/pki/key-pool.ts';
import { ADA } from '../../../src/simulator/pki/person.ts';
import { type Addresses, TestAuthority } from '../../../src/simulator/pki/test-authority.ts';
import { extendedKeyUsage, PURPOSE } from '../../pki-corpus/extensions.ts';
import { writeAnswer } from '../pki/answered.ts';
import { AT, DAY_MS, issue, issueAuthority, newKey, type Party, party, selfSigned } from '../pki/issued.ts';
import { type ListDraft, writeList } from '../pki/listed.ts';

const RULES = rulesFor(DEFAULT_POLICY, '9A');
const URL = 'http://crl.example/a.crl';

let judge: Judge;
beforeEach(() => {
  judge = new Judge();
});

function trust(anchors: readonly Uint8Array[], intermediates: readonly Uint8Array[] = []) {
  const reply = judge.answer({ type: 'trust', id: 1, trust: { anchors, intermediates, system: false } });
  if (reply.type !== 'trusted') throw new Error(reply.type);
  return reply;
}

function judged(der: Uint8Array, others: readonly Uint8Array[] = [], at = AT) {
  const reply = judge.answer({ type: 'judge', id: 2, der, slot: '9A', others, rules: RULES, at });
  if (reply.type !== 'judged') throw new Error(reply.type);
  return reply;
}

function offeredList(der: Uint8Array, { url = URL, at = AT } = {}): Offered {
  const reply = judge.answer({ type: 'offer-list', id: 3, url, der, rules: RULES, at });
  if (reply.type !== 'offered') throw new Error(reply.type);
  return reply.offered;
}

function offeredAnswer(der: Uint8Array, key: OcspKey, nonce: Uint8Array | null = null, at = AT): Offered {
  const reply = judge.answer({ type: 'offer-answer', id: 4, key, der, nonce, rules: RULES, at });
  if (reply.type !== 'offered') throw new Error(reply.type);
  return reply.offered;
}

const no = (why: string) => expect.objectContaining({ ok: false, why });
const yes = (isNew = true) => expect.objectContaining({ ok: true, isNew });

describe('Without anchors', () => {
  it('nobody is judged before there are any', () => {
    expect(judged(selfSigned(party('Root')).der).judged.verdict).toMatchObject({
      verdict: 'refused',
      reasons: ['judge-unavailable'],
    });
  });

  it('that can be used, everybody is unknown; and those that are none are told by their places', () => {
    const root = party('Root');
    const good = selfSigned(root).der;
    const reply = trust([Uint8Array.of(0x30, 0), good, new Uint8Array()], [Uint8Array.of(1)]);
    expect(reply).toMatchObject({
      malformed: { anchors: [0, 2], intermediates: [0] },
      certificates: [{ name: 'Root' }],
      systemFault: null,
    });
    trust([]);
    const holder = issue(party('Ada'), root, { extensions: [extendedKeyUsage([PURPOSE.clientAuth])] });
    expect(judged(holder.der).judged.verdict.reasons).toEqual(['issuer-unknown']);
  });
});

describe('What a path wishes for', () => {
  const at = Date.now();
  const wishesFor = async (root: Addresses, issuing: Addresses, known = true) => {
    const authority = await TestAuthority.create({ addresses: { root, issuing } });
    trust([authority.rootCertificate], known ? [authority.issuingCertificate] : []);
    const validity = { notBefore: new Date(at - 1000), notAfter: new Date(at + DAY_MS) };
    const key = await testKeys.take('p256');
    return judged(await authority.issue({ person: ADA, slot: '9a', key, validity }), [], at).wishes;
  };
  const said = (wishes: readonly RevocationWish[]) => wishes.map(({ kind, url }) => `${kind} ${url}`);

  it('is a list and an answer for each certificate, from the anchor down', async () => {
    const wishes = await wishesFor(
      { lists: ['http://a/root.crl'] },
      { lists: ['http://a/ca.crl', 'http://b/ca.crl'], ocsp: 'http://a/ocsp', issuer: 'http://a/ca.cer' },
    );
    expect(said(wishes)).toEqual([
      'crl http://a/root.crl',
      'crl http://a/ca.crl',
      'crl http://b/ca.crl',
      'ocsp http://a/ocsp',
    ]);
    expect(wishes.at(-1)).toMatchObject({ key: { issuer: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  });

  it('is the issuer alone where the path is not finished: of what nobody vouches for nothing else is asked', async () => {
    const addresses = { lists: ['http://a/ca.crl'], ocsp: 'http://a/ocsp', issuer: 'http://a/ca.cer' };
    expect(said(await wishesFor({}, addresses, false))).toEqual(['certificate http://a/ca.cer']);
  });

  it('is nothing but web addresses, a few of them, none endless', async () => {
    const many = Array.from({ length: 9 }, (_, n) => `http://a/${n}.crl`);
    expect(said(await wishesFor({}, { lists: many }))).toEqual(many.slice(0, 4).map((url) => `crl ${url}`));
    const strange = ['ldap://a/x', 'file:///etc/passwd', `http://a/${'x'.repeat(2_048)}`, 'HTTPS://a/x'];
    expect(said(await wishesFor({}, { lists: strange, ocsp: 'ldap://a/' }))).toEqual(['crl HTTPS://a/x']);
  });
});

describe('A list that is offered', () => {
  const root = party('Root');
  const other = party('Other');
  const list = (draft: Partial<ListDraft> = {}) => writeList({ issuer: root, ...draft });
  beforeEach(() => {
    trust([selfSigned(root).der, selfSigned(other).der]);
  });

  it('is taken where an anchor has signed it, and is new once', () => {
    const first = list();
    expect(offeredList(first)).toEqual({
      ok: true,
      thisUpdate: AT - DAY_MS,
      nextUpdate: AT + DAY_MS,
      isNew: true,
      proves: null,
    });
    expect(offeredList(first)).toEqual(yes(false));
    expect(offeredList(list({ number: 2 }))).toEqual(yes());
  });

  it('is refused where it is malformed, or nobody here could have signed it', () => {
    expect(offeredList(Uint8Array.of(0x30, 0))).toEqual(no('malformed'));
    expect(offeredList(list({ issuer: { name: root.name, key: newKey() } }))).toEqual(no('signer-not-trusted'));
    expect(offeredList(list({ issuer: party('Nobody') }))).toEqual(no('signer-not-trusted'));
  });

  it('is refused where it is older: by number, and by date where there is none', () => {
    expect(offeredList(list({ number: 5 }))).toEqual(yes());
    expect(offeredList(list({ number: 4, thisUpdate: AT - 1000 }))).toEqual(no('older'));
    const url = 'http://crl.example/dated.crl';
    expect(offeredList(list({ number: null, thisUpdate: AT - 1000 }), { url })).toEqual(yes());
    expect(offeredList(list({ number: null, thisUpdate: AT - 2000 }), { url })).toEqual(no('older'));
  });

  it('is older than one whose time is over, too', () => {
    const over = { thisUpdate: AT - 9 * DAY_MS, nextUpdate: AT - DAY_MS };
    expect(offeredList(list({ number: 5, ...over }))).toEqual(no('over'));
    expect(offeredList(list({ number: 4 }))).toEqual(no('older'));
    expect(offeredList(list({ number: 6 }))).toEqual(yes());
  });

  it.each<[string, Partial<ListDraft>]>([
    ['of another issuer', { issuer: other, number: 9 }],
    ['for users alone', { number: 9, onlyUsers: true }],
    ['that is a delta', { number: 9, deltaBase: 1 }],
  ])('%s does not take the place of one that holds, but of one that is over', (_what, draft) => {
    expect(offeredList(list())).toEqual(yes());
    expect(offeredList(list(draft))).toEqual(no('other-list'));
    const url = 'http://crl.example/over.crl';
    expect(offeredList(list({ thisUpdate: AT - 9 * DAY_MS, nextUpdate: AT - DAY_MS }), { url })).toEqual(no('over'));
    expect(offeredList(list(draft), { url })).toEqual(yes());
  });

  it('does not have to make way for one whose signer is trusted no more', () => {
    expect(offeredList(list({ number: 9 }))).toEqual(yes());
    trust([selfSigned(other).der]);
    expect(offeredList(list({ issuer: other }))).toEqual(yes());
  });

  it('from minutes ahead counts; one from tomorrow is not taken, and says so', () => {
    expect(offeredList(list({ thisUpdate: AT + 4 * 60_000 }))).toEqual(yes());
    const thisUpdate = AT + DAY_MS / 2;
    expect(offeredList(list({ number: 2, thisUpdate }))).toEqual({ ok: false, why: 'not-yet', thisUpdate });
    const forged = list({ issuer: { name: root.name, key: newKey() }, number: 3, thisUpdate });
    expect(offeredList(forged), 'nobody else says what time it is').toEqual(no('signer-not-trusted'));
  });

  it('may be signed by an issuer that was met on a valid path, and by no other', () => {
    trust([selfSigned(root).der]);
    const issuing = party('Issuing');
    const between = issueAuthority(issuing, root);
    const offered = () => offeredList(list({ issuer: issuing }));
    const fetched = judge.answer({ type: 'offer-certificate', id: 5, der: between.der });
    expect(fetched).toMatchObject({ offered: { ok: true } });
    expect(offered(), 'fetched').toEqual(no('signer-not-trusted'));
    const extensions = [extendedKeyUsage([PURPOSE.clientAuth])];
    judged(issue(party('Ada'), issuing, { extensions, notAfter: AT - DAY_MS }).der);
    expect(offered(), 'on a path with a fault').toEqual(no('signer-not-trusted'));
    const holder = issue(party('Ada'), issuing, { extensions });
    expect(judged(holder.der).judged.verdict.reasons).toEqual(['revocation-unknown']);
    expect(offered(), 'met').toEqual(yes());
    trust([selfSigned(other).der]);
    expect(offered(), 'by other anchors').toEqual(no('signer-not-trusted'));
  });

  it('is one of 64 at most: the oldest goes first', () => {
    const same = list();
    for (let n = 0; n < 65; n++) offeredList(same, { url: `http://crl.example/${n}` });
    expect(offeredList(same, { url: 'http://crl.example/64' })).toEqual(yes(false));
    expect(offeredList(same, { url: 'http://crl.example/0' })).toEqual(yes());
  });
});

describe('An answer that is offered', () => {
  const at = Date.now();
  const now = at - (at % 1000);

  /** An authority that answers for itself, and a card of it. */
  async function scene() {
    const authority = await TestAuthority.create({ addresses: { issuing: { ocsp: 'http://a/ocsp' } } });
    trust([authority.rootCertificate], [authority.issuingCertificate]);
    const key = await testKeys.take('p256');
    const validity = { notBefore: new Date(at - 1000), notAfter: new Date(at + DAY_MS) };
    const der = await authority.issue({ person: ADA, slot: '9a', key, validity });
    const wish = judged(der, [], at).wishes.find(({ kind }) => kind === 'ocsp');
    if (wish?.kind !== 'ocsp') throw new Error('no wish');
    return wish;
  }

  it('is refused where nobody has asked, or it is malformed, or the responder has refused', async () => {
    const { key } = await scene();
    expect(offeredAnswer(Uint8Array.of(0x30, 0), { issuer: 'aa', serial: '01' })).toEqual(no('other-certificate'));
    expect(offeredAnswer(Uint8Array.of(0x30, 0), key)).toEqual(no('malformed'));
    for (const status of [1, 2, 3, 5, 6])
      expect(offeredAnswer(Uint8Array.of(0x30, 3, 0x0a, 1, status), key)).toEqual(no('responder-refused'));
  });

  it('is refused where it is about another certificate', async () => {
    const { key } = await scene();
    const signer: Party = party('Anyone');
    const answer = writeAnswer({ signer, singles: [{ about: selfSigned(signer), issuer: signer, status: 'good' }] });
    expect(offeredAnswer(answer, key, null, now)).toEqual(no('other-certificate'));
  });
});
