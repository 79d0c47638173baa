import { describe, expect, it } from 'vitest';
import { trustStore } from '../../../src/core/pki/path/anchor.ts';
import { type JudgeInputs, judgePath } from '../../../src/core/pki/path/judge-path.ts';
import { RFC5280, STRICT } from '../../../src/core/pki/path/profile.ts';
import { type Certificate, parseCertificate } from '../../../src/core/pki/x509/certificate.ts';
import { nameText } from '../../../src/core/pki/x509/name.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  certificatePolicies,
  type Extension,
  extendedKeyUsage,
  inhibitAnyPolicy,
  KEY_USAGE,
  keyUsage,
  nameConstraints,
  PURPOSE,
  policyConstraints,
  subjectKeyIdentifier,
  unknownExtension,
} from '../../pki-corpus/extensions.ts';
import { directoryName, type Name } from '../../pki-corpus/names.ts';
import { AT, DAY_MS, issue, issueAuthority, issueDer, nameOf, newKey, party, selfSigned } from './issued.ts';

const root = party('Root');
const rootCertificate = selfSigned(root);

function judged(
  target: Certificate,
  others: readonly Certificate[] = [],
  anchors: readonly Certificate[] = [rootCertificate],
  inputs: Partial<JudgeInputs> = {},
) {
  const { accepted, faults, path } = judgePath(target, trustStore(anchors), others, {
    at: AT,
    profile: RFC5280,
    revocation: null,
    ...inputs,
  });
  const names = path.map(({ certificate }) => nameText(certificate.subject).replace('C=GB, CN=', ''));
  return { accepted, faults, names };
}

describe('A path', () => {
  it('leads from the certificate to an anchor, whatever the order in which issuers are given', () => {
    const [upper, lower] = [party('Upper'), party('Lower')];
    const others = [issueAuthority(lower, upper), issueAuthority(upper, root)];
    const leaf = issue(party('Leaf'), lower);
    const names = ['Upper', 'Lower', 'Leaf'];
    expect(judged(leaf, others)).toEqual({ accepted: true, faults: [], names });
    expect(judged(leaf, others.toReversed())).toEqual({ accepted: true, faults: [], names });
  });

  it('is found through another where the first issuer of the name has not signed', () => {
    const issuing = party('Issuing');
    const impostor = { ...issuing, key: newKey() };
    const others = [issueAuthority(impostor, root), issueAuthority(issuing, root)];
    expect(judged(issue(party('Leaf'), issuing), others).accepted).toBe(true);
  });

  it('is found even where the key identifiers lie', () => {
    const issuing = party('Issuing');
    const others = [issueAuthority(issuing, root, subjectKeyIdentifier(Uint8Array.of(1)))];
    const leaf = issue(party('Leaf'), issuing, { extensions: [authorityKeyIdentifier(Uint8Array.of(2))] });
    expect(judged(leaf, others).accepted).toBe(true);
  });

  it('turns back at a cross-certificate that leads nowhere, or has expired, and takes the other', () => {
    const [issuing, stranger] = [party('Issuing'), party('Stranger')];
    const others = [
      issueAuthority(issuing, stranger),
      issue(issuing, root, { extensions: [basicConstraints(true)], notAfter: AT - DAY_MS }),
      issueAuthority(issuing, root),
      selfSigned(stranger),
    ];
    expect(judged(issue(party('Leaf'), issuing), others)).toEqual({
      accepted: true,
      faults: [],
      names: ['Issuing', 'Leaf'],
    });
  });

  it('runs from one root to another by the cross-certificate between them', () => {
    const [old, next] = [root, party('Next Root')];
    const leaf = issue(party('Leaf'), next);
    expect(judged(leaf, [selfSigned(next), issueAuthority(next, old)]).names).toEqual(['Next Root', 'Leaf']);
  });

  it('never passes the same name and key twice', () => {
    const [a, b] = [party('A'), party('B')];
    const others = [
      issueAuthority(a, b),
      issueAuthority(b, a),
      issueAuthority(a, a),
      issueAuthority(b, b),
      issueAuthority(a, root),
    ];
    expect(judged(issue(party('Leaf'), b), others)).toEqual({ accepted: true, faults: [], names: ['A', 'B', 'Leaf'] });
  });

  it('may end at once, where the certificate is one of an anchor', () => {
    expect(judged(rootCertificate).accepted).toBe(true);
  });

  it('does not end at a certificate that came along, however it is signed', () => {
    const stranger = party('Stranger');
    expect(judged(issue(party('Leaf'), stranger), [selfSigned(stranger)])).toMatchObject({
      accepted: false,
      faults: ['issuer-unknown'],
    });
  });

  it('does not end at somebody with the name of the anchor', () => {
    const impostor = { ...root, key: newKey() };
    expect(judged(issue(party('Leaf'), impostor), [selfSigned(impostor)])).toMatchObject({
      accepted: false,
      faults: ['signature-invalid'],
    });
  });

  it('does not bear a damaged certificate', () => {
    const der = issueDer(party('Leaf'), root, {
      breaks: { signature: (octets) => octets.map((octet, at) => (at === 40 ? octet ^ 1 : octet)) },
    });
    expect(judged(parseCertificate(der)).faults).toEqual(['signature-invalid']);
  });
});

describe('An issuer', () => {
  const issuing = party('Issuing');
  const leaf = issue(party('Leaf'), issuing);
  const faultWith = (...extensions: readonly Extension[]) =>
    judged(leaf, [issue(issuing, root, { extensions })]).faults;

  it('says that it is one', () => {
    expect(faultWith()).toEqual(['issuer-not-ca']);
    expect(faultWith(basicConstraints(false))).toEqual(['issuer-not-ca']);
    expect(faultWith(basicConstraints(true))).toEqual([]);
  });

  it('has a key for it, if it says what its key is for', () => {
    expect(faultWith(basicConstraints(true), keyUsage(KEY_USAGE.digitalSignature))).toEqual(['issuer-key-usage']);
    expect(faultWith(basicConstraints(true), keyUsage(KEY_USAGE.keyCertSign))).toEqual([]);
  });

  it('says nothing critical that is not understood', () => {
    expect(faultWith(basicConstraints(true), unknownExtension(true))).toEqual(['unknown-critical-extension']);
    expect(faultWith(basicConstraints(true), unknownExtension(false))).toEqual([]);
  });

  it('lets as many issuers follow as it says, those of its own name not counted', () => {
    const [upper, lower] = [party('Upper'), party('Lower')];
    const renewed = { name: upper.name, key: newKey() };
    const limited = (length: number) => issue(upper, root, { extensions: [basicConstraints(true, length)] });
    const below = issue(party('Leaf'), lower);
    expect(judged(below, [limited(0), issueAuthority(lower, upper)]).faults).toEqual(['path-too-long']);
    expect(judged(below, [limited(1), issueAuthority(lower, upper)]).faults).toEqual([]);
    expect(judged(below, [limited(1), issueAuthority(renewed, upper), issueAuthority(lower, renewed)]).faults).toEqual(
      [],
    );
    expect(judged(below, [limited(0), issueAuthority(renewed, upper), issueAuthority(lower, renewed)]).faults).toEqual([
      'path-too-long',
    ]);
  });

  it('binds names below it, but not those of its own other certificates between', () => {
    const renewed = { name: issuing.name, key: newKey() };
    const leafName: Name = [...nameOf('Ward')];
    const constraint = nameConstraints([directoryName([...nameOf('Ward')])]);
    const others = [issueAuthority(issuing, root, constraint), issueAuthority(renewed, issuing)];
    expect(judged(issue({ name: leafName, key: newKey() }, renewed), others).faults).toEqual([]);
    expect(judged(issue(party('Elsewhere'), renewed), others).faults).toEqual(['name-constraints']);
    // As the last of a path it is bound like any other.
    expect(judged(issueAuthority(renewed, issuing), others).faults).toEqual(['name-constraints']);
  });
});

describe('An anchor', () => {
  const below = (...extensions: readonly Extension[]) => {
    const anchor = issue(root, root, { extensions });
    return (leaf: Certificate, others: readonly Certificate[] = [], inputs: Partial<JudgeInputs> = {}) =>
      judged(leaf, others, [anchor], inputs).faults;
  };
  const leaf = issue(party('Leaf'), root);
  const issuing = party('Issuing');

  it('need not say that it may issue, but is believed where it says that it may not', () => {
    expect(below()(leaf)).toEqual([]);
    expect(below(basicConstraints(false))(leaf)).toEqual(['issuer-not-ca']);
    expect(below(basicConstraints(true), keyUsage(KEY_USAGE.cRLSign))(leaf)).toEqual(['issuer-key-usage']);
  });

  it('narrows names, lengths, policies and purposes as any issuer does (RFC 5937)', () => {
    const longer = issue(party('Leaf'), issuing);
    const others = [issueAuthority(issuing, root)];
    expect(below(basicConstraints(true, 0))(longer, others)).toEqual(['path-too-long']);
    expect(below(nameConstraints([], [directoryName(nameOf('Leaf'))]))(leaf)).toEqual(['name-constraints']);
    expect(below(policyConstraints({ requireExplicit: 0 }))(leaf)).toEqual(['policy-missing']);
    const any = issue(party('Leaf'), root, { extensions: [certificatePolicies(['2.5.29.32.0'])] });
    expect(below(policyConstraints({ requireExplicit: 0 }))(any)).toEqual([]);
    expect(below(policyConstraints({ requireExplicit: 0 }), inhibitAnyPolicy(0))(any)).toEqual(['policy-missing']);
    const logon = issue(party('Leaf'), root, { extensions: [extendedKeyUsage([PURPOSE.clientAuth])] });
    const strict = { profile: STRICT };
    expect(below(extendedKeyUsage([PURPOSE.serverAuth]))(logon, [], strict)).toEqual(['purpose-missing']);
  });

  it('that has expired, or is not valid yet, bears nothing', () => {
    const expired = issue(root, root, { extensions: [basicConstraints(true)], notAfter: AT - 1000 });
    expect(judged(leaf, [], [expired]).faults).toEqual(['issuer-expired']);
    const early = issue(root, root, { extensions: [basicConstraints(true)], notBefore: AT + 1000 });
    expect(judged(leaf, [], [early]).faults).toEqual(['issuer-not-yet-valid']);
  });
});

describe('Purposes', () => {
  const { clientAuth, smartcardLogon, serverAuth, any } = PURPOSE;
  const issuing = party('Issuing');

  it.each<[string, readonly string[] | null, readonly string[] | null, boolean]>([
    ['one that is asked for', null, [clientAuth], true],
    ['another that is asked for, beside one that is not', null, [serverAuth, smartcardLogon], true],
    ['none', null, null, false],
    ['any', null, [any], false],
    ['one that is not asked for', null, [serverAuth], false],
    ['one that its issuer has too', [clientAuth, serverAuth], [clientAuth], true],
    ['one, and its issuer has any', [any], [clientAuth], true],
    ['one that its issuer has not', [serverAuth], [clientAuth], false],
    // Both are asked for, but not of the same certificate.
    ['one, and its issuer the other', [clientAuth], [smartcardLogon], false],
  ])('a certificate with %s', (_what, above, own, accepted) => {
    const usage = (purposes: readonly string[] | null) => (purposes === null ? [] : [extendedKeyUsage(purposes)]);
    const leaf = issue(party('Leaf'), issuing, { extensions: usage(own) });
    const others = [issueAuthority(issuing, root, ...usage(above))];
    const { faults } = judged(leaf, others, [rootCertificate], { profile: STRICT });
    expect(faults).toEqual(accepted ? [] : ['purpose-missing']);
  });
});

describe('Dates', () => {
  it('include their ends, to the second', () => {
    const leaf = issue(party('Leaf'), root, { notBefore: AT, notAfter: AT + DAY_MS });
    const faultsAt = (at: number) => judged(leaf, [], [rootCertificate], { at }).faults;
    expect([AT - 1, AT, AT + DAY_MS, AT + DAY_MS + 1].map(faultsAt)).toEqual([['not-yet-valid'], [], [], ['expired']]);
  });
});
