import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/core/pki/der/der-error.ts';
import { trustStore } from '../../../src/core/pki/path/anchor.ts';
import { Budget } from '../../../src/core/pki/path/budget.ts';
import { judgePath } from '../../../src/core/pki/path/judge-path.ts';
import { RFC5280 } from '../../../src/core/pki/path/profile.ts';
import { checkCrls } from '../../../src/core/pki/revocation/crl-check.ts';
import type { RevocationStatus } from '../../../src/core/pki/revocation/revocation-status.ts';
import { CLOCK_SKEW_MS } from '../../../src/core/pki/revocation/revocation-status.ts';
import type { Certificate } from '../../../src/core/pki/x509/certificate.ts';
import { parseRevocationList } from '../../../src/core/pki/x509/revocation-list.ts';
import {
  authorityKeyIdentifier,
  type Extension,
  KEY_USAGE,
  keyUsage,
  unknownExtension,
} from '../../pki-corpus/extensions.ts';
import { directoryName, uriName } from '../../pki-corpus/names.ts';
import { AT, DAY_MS, issue, issueAuthority, newKey, type Party, party, selfSigned } from './issued.ts';
import { distributionPoints, type ListDraft, type PointDraft, writeList } from './listed.ts';

const authority = party('Ward CA');
const elsewhere = party('List Office');
const leaf = issue(party('Leaf'), authority);
const POINT = uriName('http://lists.example/a');
const OTHER_POINT = uriName('http://lists.example/b');

/** By the names that their lists are issued in. */
const signers = new Map(
  [authority, elsewhere].map((each) => selfSigned(each)).map(({ subject, key }) => [subject.key, [key]] as const),
);

function status(
  lists: ReadonlyArray<Partial<ListDraft>>,
  { certificate = leaf, at = AT }: { certificate?: Certificate; at?: number } = {},
): RevocationStatus {
  return checkCrls(certificate, {
    lists: lists.map((list) => parseRevocationList(writeList({ issuer: authority, ...list }))),
    at,
    profile: RFC5280,
    ageCap: DAY_MS,
    budget: new Budget(),
    signersOf: ({ key }) => signers.get(key) ?? [],
  });
}

const revoking = (reason?: number, at = AT - 2 * DAY_MS) => [
  { serial: leaf.serial, at, ...(reason === undefined ? {} : { reason }) },
];
const unknown = (reason: string) => ({ state: 'unknown', reason });

describe('A list of the issuer', () => {
  it('that does not name the certificate says good, for as long as it is in force', () => {
    expect(status([{}])).toEqual({ state: 'good', source: 'crl', thisUpdate: AT - DAY_MS, until: AT + DAY_MS });
  });

  it('that names it says revoked, since when and why', () => {
    expect(status([{ entries: revoking(1) }])).toEqual({
      state: 'revoked',
      source: 'crl',
      at: AT - 2 * DAY_MS,
      reason: 'key-compromise',
    });
    expect(status([{ entries: revoking() }])).toMatchObject({ reason: 'unspecified' });
  });

  it('that is over says stale; one that is over still revokes', () => {
    const over = { thisUpdate: AT - 9 * DAY_MS, nextUpdate: AT - DAY_MS };
    expect(status([over])).toMatchObject({ state: 'stale', until: AT - DAY_MS });
    expect(status([{ ...over, entries: revoking() }]).state).toBe('revoked');
  });

  it('without an end is over at the age that policy caps', () => {
    expect(status([{ nextUpdate: null, thisUpdate: AT - DAY_MS }]).state).toBe('good');
    expect(status([{ nextUpdate: null, thisUpdate: AT - DAY_MS - 1000 }]).state).toBe('stale');
  });

  it('from tomorrow says nothing', () => {
    expect(status([{ thisUpdate: AT + CLOCK_SKEW_MS + 1000, entries: revoking() }])).toEqual(unknown('no-data'));
    // A clock that is a little behind is no reason to keep anybody out, or a revocation.
    expect(status([{ thisUpdate: AT + CLOCK_SKEW_MS, entries: revoking() }]).state).toBe('revoked');
  });

  it('of another name, or by another key, says nothing', () => {
    expect(status([{ issuer: elsewhere }])).toEqual(unknown('no-data'));
    expect(status([{ issuer: { ...authority, key: newKey() } }])).toEqual(unknown('signer-not-trusted'));
    expect(status([{ issuer: { ...authority, key: newKey() }, entries: revoking() }])).toEqual(
      unknown('signer-not-trusted'),
    );
  });

  it.each<[string, Partial<ListDraft>]>([
    ['itself', { extensions: [unknownExtension(true)] }],
    [
      'an entry of another certificate',
      { entries: [{ serial: Uint8Array.of(7), extensions: [unknownExtension(true)] }] },
    ],
  ])('that says something critical of %s which is not understood is good for nothing, but revokes', (_what, list) => {
    expect(status([list])).toEqual(unknown('not-understood'));
    expect(status([{ ...list, entries: [...(list.entries ?? []), ...revoking()] }]).state).toBe('revoked');
  });

  it('counts after an older one: what was on hold is free, what was free may be revoked', () => {
    const [older, newer] = [
      { thisUpdate: AT - 2 * DAY_MS, number: 1 },
      { thisUpdate: AT - 1000, number: 2 },
    ];
    expect(status([{ ...older, entries: revoking(6) }, newer]).state).toBe('good');
    expect(status([newer, { ...older, entries: revoking(6) }]).state).toBe('good');
    expect(status([older, { ...newer, entries: revoking() }]).state).toBe('revoked');
  });

  it('that revokes counts where it is over, if it is newer than the one that is in force', () => {
    const inForce = { thisUpdate: AT - 20 * DAY_MS, number: 1 };
    const over = { thisUpdate: AT - 10 * DAY_MS, nextUpdate: AT - 9 * DAY_MS, number: 2 };
    expect(status([inForce, over]).state).toBe('good');
    expect(status([inForce, { ...over, entries: revoking() }]).state).toBe('revoked');
  });

  it('finds its entry among many, whatever their serial numbers have in common', () => {
    const entries = Array.from({ length: 300 }, (_, at) => ({ serial: Uint8Array.of(1, at >> 8, at & 0xff) }));
    expect(status([{ entries: [...entries, ...revoking(), ...entries] }]).state).toBe('revoked');
    expect(status([{ entries }]).state).toBe('good');
  });

  it('that says twice what it says of a certificate revokes it, if it does so once', () => {
    expect(status([{ entries: [...revoking(8), ...revoking(1)] }])).toMatchObject({ reason: 'key-compromise' });
    expect(status([{ entries: [...revoking(1), ...revoking(8)] }])).toMatchObject({ reason: 'key-compromise' });
  });
});

describe('Distribution points', () => {
  const at = (...points: readonly PointDraft[]) =>
    issue(party('Leaf'), authority, { extensions: [distributionPoints(...points)] });

  it('take the list that says it belongs there, and no other', () => {
    const certificate = at({ names: [OTHER_POINT, POINT] });
    expect(status([{ pointNames: [POINT] }], { certificate }).state).toBe('good');
    expect(status([{ pointNames: [uriName('http://lists.example/c')] }], { certificate })).toEqual(unknown('no-data'));
    expect(status([{ pointNames: [POINT] }])).toEqual(unknown('no-data'));
  });

  it('are not needed where a list says that it belongs to the whole of its issuer', () => {
    expect(status([{ pointNames: [directoryName(authority.name)] }]).state).toBe('good');
  });

  it('for some reasons each must all be answered', () => {
    const certificate = at({ names: [POINT], reasons: [1, 2] }, { names: [OTHER_POINT], reasons: [3, 4, 5, 6, 7, 8] });
    const [some, others] = [{ pointNames: [POINT] }, { pointNames: [OTHER_POINT] }];
    expect(status([some], { certificate })).toEqual(unknown('reasons-missing'));
    expect(status([some, others], { certificate }).state).toBe('good');
    expect(status([some, { ...others, entries: [{ serial: certificate.serial }] }], { certificate }).state).toBe(
      'revoked',
    );
    expect(status([{ onlyReasons: [1] }])).toEqual(unknown('reasons-missing'));
    expect(status([{ onlyReasons: [1] }, { onlyReasons: [2, 3, 4, 5, 6, 7, 8] }]).state).toBe('good');
  });

  it('keep lists of users and lists of authorities apart', () => {
    const user = { onlyUsers: true };
    const authorities = { onlyAuthorities: true };
    const ca = issueAuthority(party('CA'), authority);
    expect([status([user]).state, status([authorities]).state]).toEqual(['good', 'unknown']);
    expect([status([user], { certificate: ca }).state, status([authorities], { certificate: ca }).state]).toEqual([
      'unknown',
      'good',
    ]);
    expect(status([{ ...user, ...authorities }]).state).toBe('unknown');
  });

  it('may send to somebody else, whose list must say that it speaks for others', () => {
    const certificate = at({ names: [POINT], issuer: elsewhere.name });
    const list = { issuer: elsewhere, pointNames: [POINT] };
    expect(status([list], { certificate }).state).toBe('unknown');
    expect(status([{ ...list, indirect: true }], { certificate }).state).toBe('good');
    // The same number, but of whom the list is by default: its own issuer.
    const { serial } = certificate;
    expect(status([{ ...list, indirect: true, entries: [{ serial }] }], { certificate }).state).toBe('good');
    const entries = [{ serial: Uint8Array.of(1), issuer: authority.name }, { serial }];
    expect(status([{ ...list, indirect: true, entries }], { certificate }).state, 'the issuer last named').toBe(
      'revoked',
    );
    const back = [...entries.slice(0, 1), { serial: Uint8Array.of(2), issuer: elsewhere.name }, { serial }];
    expect(status([{ ...list, indirect: true, entries: back }], { certificate }).state).toBe('good');
  });

  it('do not let a list speak of others that does not say so', () => {
    const entries = [{ serial: leaf.serial, issuer: elsewhere.name }];
    expect(() => status([{ entries }])).toThrow(DerError);
  });
});

describe('A delta', () => {
  const base = { number: 5, thisUpdate: AT - 3 * DAY_MS };
  const delta = { number: 7, deltaBase: 5, thisUpdate: AT - DAY_MS };

  it('alone says nothing', () => {
    expect(status([delta])).toEqual(unknown('no-data'));
    expect(status([{ ...delta, entries: revoking() }])).toEqual(unknown('no-data'));
  });

  it('adds to its base, and takes away from it', () => {
    expect(status([base, { ...delta, entries: revoking() }]).state).toBe('revoked');
    expect(
      status([
        { ...base, entries: revoking(6) },
        { ...delta, entries: revoking(8) },
      ]).state,
    ).toBe('good');
    expect(status([{ ...base, entries: revoking() }, delta]).state).toBe('revoked');
  });

  it('carries a base on that is over', () => {
    const over = { ...base, nextUpdate: AT - DAY_MS };
    expect(status([over]).state).toBe('stale');
    expect(status([over, delta])).toMatchObject({ state: 'good', until: AT + DAY_MS, thisUpdate: AT - DAY_MS });
  });

  it.each<[string, Partial<ListDraft>]>([
    ['begins after the base', { deltaBase: 6 }],
    ['is no newer than the base', { number: 5 }],
    ['is from tomorrow', { thisUpdate: AT + DAY_MS, nextUpdate: AT + 2 * DAY_MS }],
    ['has another scope', { onlyUsers: true }],
    ['is of another key', { extensions: [authorityKeyIdentifier(Uint8Array.of(9))] }],
    ['is signed by nobody who may', { issuer: { ...authority, key: newKey() } }],
  ])('that %s does not go with it', (_what, change) => {
    expect(status([base, { ...delta, ...change, entries: revoking() }]).state).toBe('good');
  });
});

describe('Whoever signs a list', () => {
  const root = party('Root');
  const rootCertificate = selfSigned(root);
  const issuing = party('Issuing');
  const issuingCertificate = issueAuthority(issuing, root);
  const holder = issue(party('Holder'), issuing);
  const ofRoot = writeList({ issuer: root });

  function accepted(lists: readonly Uint8Array[], others: readonly Certificate[] = []): boolean {
    return judgePath(holder, trustStore([rootCertificate], [issuingCertificate]), others, {
      at: AT,
      profile: RFC5280,
      revocation: { lists: lists.map(parseRevocationList), answers: [], ageCap: DAY_MS, tolerates: () => false },
    }).accepted;
  }

  it('is the issuer, or has a certificate under the same anchor in its name', () => {
    expect(accepted([ofRoot, writeList({ issuer: issuing })])).toBe(true);
    const signer = { name: issuing.name, key: newKey() };
    const list = writeList({ issuer: signer });
    expect(accepted([ofRoot, list])).toBe(false);
    expect(accepted([ofRoot, list], [signed(signer, root)])).toBe(true);
    expect(accepted([ofRoot, list], [signed(signer, root, keyUsage(KEY_USAGE.keyCertSign))])).toBe(false);
  });

  it("is not somebody whom the issuer's own key, or another anchor, has named so", () => {
    const stranger = party('Stranger');
    const signer = { name: issuing.name, key: newKey() };
    expect(accepted([ofRoot, writeList({ issuer: signer })], [signed(signer, stranger), selfSigned(stranger)])).toBe(
      false,
    );
  });

  it('is not a certificate that only its own list calls good', () => {
    const signer = { name: root.name, key: newKey() };
    // Of the root's name, certified by the root: its own list would be the proof that it is not revoked.
    expect(accepted([writeList({ issuer: signer }), writeList({ issuer: issuing })], [signed(signer, root)])).toBe(
      false,
    );
  });

  it('has not been revoked', () => {
    const signer = { name: issuing.name, key: newKey() };
    const certificate = signed(signer, root);
    const list = writeList({ issuer: signer });
    expect(
      accepted([writeList({ issuer: root, entries: [{ serial: certificate.serial }] }), list], [certificate]),
    ).toBe(false);
  });

  function signed(signer: Party, by: Party, usage: Extension = keyUsage(KEY_USAGE.cRLSign)): Certificate {
    return issue(signer, by, { extensions: [usage] });
  }
});
