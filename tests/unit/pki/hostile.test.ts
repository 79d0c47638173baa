import { describe, expect, it } from 'vitest';
import { rulesFor } from '../../../src/core/agent/certificate-rules.ts';
import { DEFAULT_POLICY } from '../../../src/core/agent/policy.ts';
import { type CardTrust, judgeCardCertificate } from '../../../src/core/pki/card-certificate.ts';
import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { trustStore } from '../../../src/core/pki/path/anchor.ts';
import { judgePath, type PathJudgement, type RevocationData } from '../../../src/core/pki/path/judge-path.ts';
import { RFC5280 } from '../../../src/core/pki/path/profile.ts';
import { parseOcspAnswer } from '../../../src/core/pki/revocation/ocsp.ts';
import type { Verdict } from '../../../src/core/pki/verdict.ts';
import { type Certificate, parseCertificate } from '../../../src/core/pki/x509/certificate.ts';
import { parseRevocationList } from '../../../src/core/pki/x509/revocation-list.ts';
import {
  bitString,
  element,
  explicit,
  integer,
  objectIdentifier,
  sequence,
  set,
  utcTime,
} from '../../pki-corpus/der.ts';
import {
  authorityKeyIdentifier,
  certificatePolicies,
  type Extension,
  nameConstraints,
  OID,
  policyConstraints,
  policyMappings,
  subjectAltName,
  subjectKeyIdentifier,
} from '../../pki-corpus/extensions.ts';
import { directoryName, dnsName, emailName, type Name, uriName, writeName } from '../../pki-corpus/names.ts';
import { SCHEMES } from '../../pki-corpus/signature-schemes.ts';
import {
  AT,
  DAY_MS,
  issue,
  issueAuthority,
  issueDer,
  nameOf,
  newKey,
  type Party,
  party,
  selfSigned,
} from './issued.ts';
import { writeList } from './listed.ts';

/**
 * What an answer may take of a processor: the work is of this thread alone, and what others do meanwhile is not counted. A busy
 * machine still slows it, by its caches: of three runs the fastest counts.
 */
const MAX_MS = 200;

function inTime<Result>(work: () => Result): Result {
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; ; run++) {
    const began = process.threadCpuUsage();
    const result = work();
    const { user, system } = process.threadCpuUsage(began);
    fastest = Math.min(fastest, (user + system) / 1000);
    if (fastest <= MAX_MS || run === 2) {
      if (process.env.TELL_TIMES !== undefined)
        console.log(`${expect.getState().currentTestName}: ${fastest.toFixed(1)} ms`);
      expect(fastest, 'milliseconds for an answer').toBeLessThanOrEqual(MAX_MS);
      return result;
    }
  }
}

function refusal(work: () => unknown): string {
  return inTime(() => {
    try {
      work();
    } catch (error) {
      if (error instanceof DerError) return error.message;
      throw error;
    }
    return 'not refused';
  });
}

function judged(
  target: Certificate,
  root: Certificate,
  others: readonly Certificate[],
  revocation: RevocationData | null = null,
): PathJudgement {
  return inTime(() => judgePath(target, trustStore([root]), others, { at: AT, profile: RFC5280, revocation }));
}

/** Of the sign-in certificate of a card, by the policy as it comes; without trust by dates alone. */
function verdictOn(der: Uint8Array, trust: CardTrust | null): Verdict {
  return inTime(() => judgeCardCertificate(der, rulesFor(DEFAULT_POLICY, '9A'), trust, AT).judged.verdict);
}

const root = party('Root');
const rootCertificate = selfSigned(root);
const cheap = (common: string): Party => party(common, newKey('ed25519'));

describe('A maze of issuers gets an answer', () => {
  it('where two CAs have certified each other, and neither leads to the anchor', () => {
    const [a, b] = [cheap('A'), cheap('B')];
    const others = [issueAuthority(a, b), issueAuthority(b, a)];
    expect(judged(issue(cheap('Leaf'), a), rootCertificate, others)).toMatchObject({
      accepted: false,
      faults: ['issuer-unknown'],
    });
  });

  it('where it ends in the anchor only after 100 certificates', () => {
    const chain = [root, ...Array.from({ length: 100 }, (_, level) => cheap(`Level ${level}`))];
    const others = chain.slice(1).map((subject, level) => issueAuthority(subject, chain[level] ?? root));
    const leaf = issue(cheap('Leaf'), chain.at(-1) ?? root);
    expect(judged(leaf, rootCertificate, others)).toMatchObject({ accepted: false, faults: ['budget-depth'] });
  });

  it('where 1,000 issuers have one name, and none of them has signed', () => {
    const impostor = nameOf('Issuer');
    const others = Array.from({ length: 1_000 }, () =>
      issueAuthority({ name: impostor, key: newKey('ed25519') }, root),
    );
    const leaf = issue(cheap('Leaf'), { name: impostor, key: newKey('ed25519') });
    expect(judged(leaf, rootCertificate, others)).toMatchObject({
      accepted: false,
      faults: [expect.stringMatching(/^budget-(steps|signatures)$/)],
    });
  });

  it('where 1,000 issuers have one name, and the one that has signed is told by its key identifier', () => {
    const name = nameOf('Issuer');
    const issuers = Array.from({ length: 1_000 }, () => ({ name, key: newKey('ed25519') }));
    const [signer = root] = issuers.slice(-1);
    const others = issuers.map((each) => issueAuthority(each, root, subjectKeyIdentifier(each.key.identifier)));
    const leaf = issue(cheap('Leaf'), signer, { extensions: [authorityKeyIdentifier(signer.key.identifier)] });
    expect(judged(leaf, rootCertificate, others).accepted).toBe(true);
  });

  it('where 40 CAs have all certified each other: more paths than could ever be walked', () => {
    const mesh = Array.from({ length: 40 }, (_, number) => cheap(`Mesh ${number}`));
    const others = mesh.flatMap((subject) =>
      mesh.filter((issuer) => issuer !== subject).map((issuer) => issueAuthority(subject, issuer)),
    );
    const leaf = issue(cheap('Leaf'), mesh[0] ?? root);
    expect(judged(leaf, rootCertificate, others)).toMatchObject({
      accepted: false,
      faults: [expect.stringMatching(/^budget-(steps|signatures)$/)],
    });
  });

  it('where 40 CAs of one name have all certified each other', () => {
    const name = nameOf('One Name');
    const mesh = Array.from({ length: 40 }, () => ({ name, key: newKey('ed25519') }));
    const others = mesh.flatMap((subject) =>
      mesh.filter((issuer) => issuer !== subject).map((issuer) => issueAuthority(subject, issuer)),
    );
    const leaf = issue(cheap('Leaf'), mesh[0] ?? root);
    expect(judged(leaf, rootCertificate, others)).toMatchObject({
      accepted: false,
      faults: [expect.stringMatching(/^budget-(steps|signatures)$/)],
    });
  });

  it('where 100 issuers of one name each make it verify what is as dear as P-384', () => {
    const name = nameOf('Dear');
    const issuers = Array.from({ length: 100 }, () => ({ name, key: newKey('p-384') }));
    const [signer = root, ...impostors] = issuers;
    const others = impostors.map((each) => issueAuthority(each, root));
    expect(judged(issue(cheap('Leaf'), signer), rootCertificate, others)).toMatchObject({
      accepted: false,
      faults: ['budget-signatures'],
    });
  });

  it('and a maze beside the honest path does not hide it', () => {
    const issuing = cheap('Issuing');
    const mesh = Array.from({ length: 20 }, (_, number) => cheap(`Mesh ${number}`));
    const others = mesh.flatMap((subject) =>
      [...mesh, issuing].filter((issuer) => issuer !== subject).map((issuer) => issueAuthority(subject, issuer)),
    );
    const crossed = mesh.map((issuer) => issueAuthority(issuing, issuer));
    const leaf = issue(cheap('Leaf'), issuing);
    const store = trustStore([rootCertificate], [issueAuthority(issuing, root)]);
    const judgement = inTime(() =>
      judgePath(leaf, store, [...crossed, ...others], { at: AT, profile: RFC5280, revocation: null }),
    );
    expect(judgement.accepted).toBe(true);
  });

  it('where a key under the name of another curve comes before the key that has signed', () => {
    const issuing = party('Issuing');
    const p384 = objectIdentifier('1.3.132.0.34');
    const p256 = objectIdentifier('1.2.840.10045.3.1.7');
    const at = Buffer.from(issuing.key.publicKey).indexOf(p256);
    const spki = sequence(
      sequence(objectIdentifier('1.2.840.10045.2.1'), p384),
      issuing.key.publicKey.slice(at + p256.length),
    );
    const poisoned = issueAuthority({ ...issuing, key: { ...issuing.key, publicKey: spki } }, root);
    const leaf = issue(cheap('Leaf'), issuing);
    expect(judged(leaf, rootCertificate, [poisoned, issueAuthority(issuing, root)]).accepted).toBe(true);
  });
});

describe('An explosion of names gets an answer', () => {
  const constrained = (extension: Extension, levels = 1) => {
    const issuers = Array.from({ length: levels }, (_, level) => cheap(`Constrained ${level}`));
    const certificates = issuers.map((each, level) => issueAuthority(each, issuers[level - 1] ?? root, extension));
    return { issuer: issuers.at(-1) ?? root, certificates };
  };
  const many = <Item>(count: number, item: (number: number) => Item) =>
    Array.from({ length: count }, (_, at) => item(at));

  it.each([
    { what: 'hosts', base: (at: number) => dnsName(`x${at}.example`), name: (at: number) => dnsName(`y${at}.example`) },
    { what: 'mailboxes', base: (at: number) => emailName(`a${at}@b.c`), name: (at: number) => emailName(`b${at}@b.c`) },
    { what: 'addresses', base: (at: number) => uriName(`x${at}.y`), name: (at: number) => uriName(`a://z${at}.y`) },
  ])('of 3,000 $what held against 3,000', ({ base, name }) => {
    const { issuer, certificates } = constrained(nameConstraints([], many(3_000, base)));
    const leaf = issue(cheap('Leaf'), issuer, { extensions: [subjectAltName(many(3_000, name))] });
    expect(judged(leaf, rootCertificate, certificates)).toMatchObject({ accepted: false, faults: ['budget-names'] });
  });

  it('of names of directories, each of 64 parts, held against as many', () => {
    const long = (last: number): Name => [
      ...many(63, () => ({ kind: 'unit', text: '', as: 'printable' }) as const),
      { kind: 'unit', text: String(last), as: 'printable' },
    ];
    const names = (from: number) => many(60, (at) => directoryName(long(from + at)));
    const { issuer, certificates } = constrained(nameConstraints([], names(1_000)), 10);
    const leaf = issue(cheap('Leaf'), issuer, { extensions: [subjectAltName(names(2_000))] });
    expect(judged(leaf, rootCertificate, certificates)).toMatchObject({ accepted: false, faults: ['budget-names'] });
  });

  it('where one host of 50,000 letters is held against 8,000 bases at each of ten levels', () => {
    const extension = nameConstraints(
      many(4_000, () => dnsName('aa')),
      many(4_000, () => dnsName('b')),
    );
    const { issuer, certificates } = constrained(extension, 10);
    const host = `${'a'.repeat(50_000)}.aa`;
    const leaf = issue(cheap('Leaf'), issuer, { extensions: [subjectAltName([dnsName(host)])] });
    expect(judged(leaf, rootCertificate, certificates)).toMatchObject({ accepted: false, faults: ['budget-names'] });
  });

  it('where an address of 50,000 signs is taken apart', () => {
    const { issuer, certificates } = constrained(
      nameConstraints(
        [],
        many(2_000, () => uriName('x')),
      ),
    );
    for (const text of [
      `a://${'@'.repeat(50_000)}`,
      `a://${':1'.repeat(25_000)}x`,
      `a://${'a.'.repeat(25_000)}%`,
      'a'.repeat(50_000),
    ]) {
      const leaf = issue(cheap('Leaf'), issuer, { extensions: [subjectAltName([uriName(text)])] });
      expect(judged(leaf, rootCertificate, certificates)).toMatchObject({
        accepted: false,
        faults: ['name-constraints'],
      });
    }
  });
});

describe('An explosion of policies gets an answer', () => {
  const policy = (number: number) => `1.3.${number}`;

  it('where each of 3,000 policies is mapped onto one', () => {
    const policies = Array.from({ length: 3_000 }, (_, at) => policy(at));
    const mapped = cheap('Mapping');
    const certificates = [
      issueAuthority(
        mapped,
        root,
        certificatePolicies(policies),
        policyMappings(...policies.map((each) => [each, '1.3.1'] as const)),
      ),
    ];
    const leaf = issue(cheap('Leaf'), mapped, { extensions: [certificatePolicies(['1.3.1'])] });
    expect(judged(leaf, rootCertificate, certificates).accepted).toBe(true);
  });

  it('where each of 60 policies is mapped onto all 60, at each of ten levels (RFC 9618, 1.2: 60 to the tenth nodes in a tree)', () => {
    const policies = Array.from({ length: 60 }, (_, at) => policy(at));
    const all = policies.flatMap((from) => policies.map((to) => [from, to] as const));
    const issuers = Array.from({ length: 10 }, (_, level) => cheap(`Level ${level}`));
    const certificates = issuers.map((each, level) =>
      issueAuthority(
        each,
        issuers[level - 1] ?? root,
        certificatePolicies(policies),
        policyMappings(...all),
        policyConstraints({ requireExplicit: 0 }),
      ),
    );
    const leaf = issue(cheap('Leaf'), issuers.at(-1) ?? root, { extensions: [certificatePolicies(policies)] });
    expect(judged(leaf, rootCertificate, certificates)).toMatchObject({ accepted: false, faults: ['budget-policies'] });
  });
});

describe('Bytes that are no certificate get a refusal', () => {
  const TEN_MB = 10 * 1024 * 1024;

  it('where they are 10 MB long', () => {
    const der = issueDer(cheap('Leaf'), root, {
      extensions: [{ oid: OID.unknown, critical: false, value: new Uint8Array(TEN_MB) }],
    });
    expect(der.length).toBeGreaterThan(TEN_MB);
    expect(refusal(() => parseCertificate(der))).toBe('certificate: too large');
    expect(verdictOn(der, null)).toMatchObject({ verdict: 'refused', reasons: ['budget-size'] });
    const trust = { store: trustStore([rootCertificate]), others: [], lists: [], answers: [] };
    expect(verdictOn(der, trust)).toMatchObject({ verdict: 'refused', reasons: ['budget-size'] });
  });

  it('where they are longer than 64 kB by one, and not where they are 64 kB', () => {
    // Its signatures are all of one length.
    const issuer = cheap('Root');
    const holding = (length: number) =>
      issueDer(cheap('Leaf'), issuer, {
        extensions: [{ oid: OID.unknown, critical: false, value: new Uint8Array(length) }],
      });
    const largest = 64_000 + 64 * 1024 - holding(64_000).length;
    expect(holding(largest)).toHaveLength(64 * 1024);
    expect(verdictOn(holding(largest), null).verdict).toBe('accepted');
    expect(verdictOn(holding(largest + 1), null)).toMatchObject({ verdict: 'refused', reasons: ['budget-size'] });
  });

  it.each([0x30, 0x31, 0xa0])('where they are 10 MB of elements of tag %i within each other', (tag) => {
    // Lengths of two octets do for a parser that must stop long before the innermost.
    const nested = Buffer.alloc(TEN_MB);
    for (let at = 0; at + 5 <= nested.length; at += 5) {
      nested[at] = tag;
      nested[at + 1] = 0x83;
      nested.writeUIntBE(nested.length - at - 5, at + 2, 3);
    }
    expect(refusal(() => parseRevocationList(nested))).not.toBe('not refused');
    expect(refusal(() => parseCertificate(nested))).toBe('certificate: too large');
    expect(refusal(() => parseOcspAnswer(nested))).toBe('OCSP answer: too large');
    expect(refusal(() => parseCertificate(nested.subarray(0, 60_000)))).not.toBe('not refused');
  });

  it('where an object identifier has 60,000 octets in one arc', () => {
    const arc = new Uint8Array(60_000).fill(0xff);
    arc[arc.length - 1] = 0x7f;
    const value = sequence(element(0x06, arc));
    const der = issueDer(cheap('Leaf'), root, { extensions: [{ oid: OID.extendedKeyUsage, critical: false, value }] });
    expect(refusal(() => parseCertificate(der))).toBe('extendedKeyUsage: no object identifier');
  });

  it('where it has 900 object identifiers of 64 octets, each in one arc', () => {
    const purposes = Array.from({ length: 900 }, (_, at) => {
      const arc = new Uint8Array(64).fill(0xff);
      arc[1] = 0x80 | (at & 0x7f);
      arc[2] = 0x80 | (at >> 7);
      arc[63] = 0x7f;
      return element(0x06, arc);
    });
    const extension = { oid: OID.extendedKeyUsage, critical: false, value: sequence(...purposes) };
    const der = issueDer(cheap('Leaf'), root, { extensions: [extension] });
    expect(inTime(() => parseCertificate(der)).extensions.extendedKeyUsage).toHaveLength(900);
  });

  it('or an answer, where a name is 15 texts of 2,000 marks in the worst order', () => {
    const marks = [
      '\u0315'.repeat(1_000) + '\u0316'.repeat(1_000),
      '\u0315\u0316'.repeat(1_000),
      '\uff9e\u0338'.repeat(1_000),
    ];
    for (const text of marks) {
      const pile = (at: number) => ({ kind: 'unit', text: `${at}${text}`, as: 'utf8' }) as const;
      const subject: Name = Array.from({ length: Math.floor(60_000 / Buffer.byteLength(text)) }, (_, at) => pile(at));
      const der = issueDer({ name: subject, key: newKey('ed25519') }, root);
      expect(inTime(() => parseCertificate(der)).subject.keys.length).toBeGreaterThan(7);
    }
  });

  it('where a name has 65 parts, or a part 65 attributes', () => {
    const part = (count: number) =>
      set(
        ...Array.from({ length: count }, (_, at) =>
          sequence(objectIdentifier('2.5.4.3'), element(0x13, Buffer.from(`${at}`))),
        ),
      );
    const withSubject = (name: Uint8Array) =>
      issueDer(cheap('Leaf'), root, {
        breaks: { fields: (fields) => fields.map((each, at) => (at === 5 ? name : each)) },
      });
    expect(refusal(() => parseCertificate(withSubject(sequence(...Array.from({ length: 65 }, () => part(1))))))).toBe(
      'subject: too many parts',
    );
    expect(refusal(() => parseCertificate(withSubject(sequence(part(65)))))).toBe('subject: too many attributes');
  });

  it('where it has 129 extensions, or one of them twice', () => {
    const extension = (at: number): Extension => ({
      oid: `1.3.6.1.4.1.32473.${at}`,
      critical: false,
      value: new Uint8Array(),
    });
    const withExtensions = (count: number) => Array.from({ length: count }, (_, at) => extension(at));
    expect(refusal(() => issue(cheap('L'), root, { extensions: withExtensions(129) }))).toBe(
      'extensions: too many extensions',
    );
    expect(refusal(() => issue(cheap('L'), root, { extensions: [extension(1), extension(1)] }))).toBe(
      'extensions: 1.3.6.1.4.1.32473.1 twice',
    );
  });
});

describe('A revocation list that is meant to be slow gets an answer', () => {
  const written = (entries: Uint8Array, issuer: Uint8Array = writeName(root.name)) => {
    const scheme = SCHEMES['p-256'][0];
    const tbs = sequence(integer(1), scheme.identifier, issuer, utcTime(AT), utcTime(AT + DAY_MS), sequence(entries));
    return sequence(tbs, scheme.identifier, bitString(scheme.sign(tbs, root.key)));
  };

  it('where 30,000 entries have the same serial number', () => {
    const entry = sequence(integer(7), utcTime(AT));
    const list = inTime(() => parseRevocationList(written(Buffer.concat(Array<Uint8Array>(30_000).fill(entry)))));
    const { subject } = rootCertificate;
    expect(inTime(() => list.find(Uint8Array.of(7), subject))).toMatchObject({ at: AT });
    expect(inTime(() => list.find(Uint8Array.of(8), subject))).toBeNull();
  });

  it('where a certificate has 900 distribution points, and there are 100 lists of 900 points each', () => {
    const point = (at: number) => uriName(`u:${at}`);
    const points = Array.from({ length: 900 }, (_, at) =>
      sequence(explicit(0, explicit(0, point(at), point(at + 10_000)))),
    );
    const leaf = issue(cheap('Leaf'), root, {
      extensions: [{ oid: '2.5.29.31', critical: false, value: sequence(...points) }],
    });
    const names = Array.from({ length: 900 }, (_, at) => point(at + 5_000));
    const lists = Array.from({ length: 100 }, (_, at) =>
      parseRevocationList(writeList({ issuer: root, number: at, pointNames: names })),
    );
    const revocation = { lists, answers: [], ageCap: DAY_MS, tolerates: () => false };
    const { accepted, path } = judged(leaf, rootCertificate, [], revocation);
    expect(accepted).toBe(false);
    expect(path[0]?.revocation).toEqual({ state: 'unknown', reason: 'no-data' });
  });

  it('where 60 signers have one name, and each list is signed by none of them', () => {
    const name = nameOf('Issuing');
    const issuers = Array.from({ length: 60 }, () => ({ name, key: newKey('ed25519') }));
    const others = issuers.map((each) => issueAuthority(each, root));
    const [issuer = root] = issuers;
    const leaf = issue(cheap('Leaf'), issuer);
    const stranger = { name, key: newKey('ed25519') };
    const lists = Array.from({ length: 20 }, (_, at) =>
      parseRevocationList(writeList({ issuer: stranger, number: at })),
    );
    lists.push(parseRevocationList(writeList({ issuer: root, number: 1 })));
    const revocation = { lists, answers: [], ageCap: DAY_MS, tolerates: () => false };
    expect(judged(leaf, rootCertificate, others, revocation)).toMatchObject({
      accepted: false,
      faults: [expect.stringMatching(/^budget-(steps|signatures)$/)],
    });
  });

  it('where signers of lists lead to signers of lists in a circle', () => {
    const [a, b] = [cheap('A'), cheap('B')];
    const others = [issueAuthority(a, root), issueAuthority(b, root), issueAuthority(a, b), issueAuthority(b, a)];
    const signer = (whom: Party) => ({ name: whom.name, key: newKey('ed25519') });
    const [signerA, signerB] = [signer(a), signer(b)];
    others.push(issueAuthority(signerA, b), issueAuthority(signerB, a));
    const lists = [writeList({ issuer: signerA, number: 1 }), writeList({ issuer: signerB, number: 1 })].map(
      parseRevocationList,
    );
    const revocation = { lists, answers: [], ageCap: DAY_MS, tolerates: () => false };
    expect(judged(issue(cheap('Leaf'), a), rootCertificate, others, revocation).accepted).toBe(false);
  });

  it('where its issuer is a name of 10 MB', () => {
    const name = sequence(
      set(sequence(objectIdentifier('2.5.4.3'), element(0x13, new Uint8Array(10 * 1024 * 1024).fill(0x61)))),
    );
    expect(refusal(() => parseRevocationList(written(new Uint8Array(), name)))).toBe('issuer: too long');
  });

  it('where its algorithm is 10 MB long', () => {
    const algorithm = sequence(
      objectIdentifier('1.3.6.1.4.1.32473.9'),
      element(0x04, new Uint8Array(10 * 1024 * 1024)),
    );
    const tbs = sequence(integer(1), algorithm, writeName(root.name), utcTime(AT));
    const der = sequence(tbs, algorithm, bitString(Uint8Array.of(1)));
    expect(refusal(() => parseRevocationList(der))).toBe('revocation list: algorithm too long');
  });
});
