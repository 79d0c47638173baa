import { type ChainDraft, put } from '../chain-draft.ts';
import { nameConstraints, subjectAltName, withMinimum } from '../extensions.ts';
import {
  addressName,
  attribute,
  directoryName,
  dnsName,
  emailName,
  type Name,
  principalName,
  registeredId,
  respelt,
  uriName,
} from '../names.ts';
import { arguable, type Flaw, sound, wrong } from './flaw.ts';

/** A form of name: a subtree, names inside, names outside. */
type Form = {
  readonly name: string;
  readonly base: Uint8Array;
  readonly inside: readonly [Uint8Array, ...Uint8Array[]];
  readonly outside: readonly [Uint8Array, ...Uint8Array[]];
};

const FORMS: readonly Form[] = [
  {
    name: 'dns',
    base: dnsName('ward.example'),
    inside: [dnsName('ward.example'), dnsName('pc7.ward.example'), dnsName('a.b.WARD.example')],
    outside: [dnsName('ward.example.org'), dnsName('xward.example'), dnsName('example')],
  },
  {
    name: 'email-host',
    base: emailName('ward.example'),
    inside: [emailName('ada@ward.example'), emailName('ada@Ward.Example')],
    outside: [emailName('ada@east.ward.example'), emailName('ada@other.example'), emailName('ada@xward.example')],
  },
  {
    name: 'email-domain',
    base: emailName('.ward.example'),
    inside: [emailName('ada@east.ward.example'), emailName('ada@a.b.ward.example')],
    outside: [emailName('ada@ward.example'), emailName('ada@eastward.example')],
  },
  {
    name: 'email-mailbox',
    base: emailName('ada@ward.example'),
    inside: [emailName('ada@ward.example'), emailName('ada@WARD.example')],
    outside: [emailName('bob@ward.example'), emailName('ada@east.ward.example')],
  },
  {
    name: 'uri-host',
    base: uriName('ward.example'),
    inside: [uriName('https://ward.example/a'), uriName('https://ward.example:8443/')],
    outside: [uriName('https://pc.ward.example/a'), uriName('https://other.example/ward.example')],
  },
  {
    name: 'uri-domain',
    base: uriName('.ward.example'),
    inside: [uriName('https://pc.ward.example/a'), uriName('ldap://a.b.ward.example')],
    outside: [uriName('https://ward.example/'), uriName('https://pcward.example/')],
  },
  {
    name: 'ipv4',
    base: addressName(10, 1, 0, 0, 255, 255, 0, 0),
    inside: [addressName(10, 1, 2, 3), addressName(10, 1, 255, 255)],
    outside: [addressName(10, 2, 2, 3), addressName(11, 1, 0, 0)],
  },
  {
    name: 'ipv6',
    base: addressName(0x20, 1, 0x0d, 0xb8, ...zeros(12), ...ones(4), ...zeros(12)),
    inside: [addressName(0x20, 1, 0x0d, 0xb8, ...zeros(11), 1)],
    outside: [addressName(0x20, 1, 0x0d, 0xb9, ...zeros(11), 1)],
  },
  {
    name: 'upn',
    base: principalName('ward.example'),
    inside: [principalName('ada@ward.example'), principalName('ada@WARD.example')],
    outside: [principalName('ada@other.example'), principalName('ada@xward.example')],
  },
];

const OTHER_TRUST: Name = [attribute('country', 'GB'), attribute('organization', 'Other Trust')];

/** Subtrees that names must or must not lie in (RFC 5280 4.2.1.10, 6.1.3 b and c). */
export const NAME_CONSTRAINT_FLAWS: readonly Flaw[] = [
  ...FORMS.flatMap(({ name, base, inside, outside }) => [
    sound(`permitted-${name}`, (chain, random) => {
      constrain(chain, [base]);
      put(chain.leaf, subjectAltName([random.pick(inside)]));
    }),
    wrong(`outside-permitted-${name}`, (chain, random) => {
      constrain(chain, [base]);
      put(chain.leaf, subjectAltName([random.pick(inside), random.pick(outside)]));
    }),
    sound(`not-excluded-${name}`, (chain, random) => {
      constrain(chain, [], [base]);
      put(chain.leaf, subjectAltName([random.pick(outside)]));
    }),
    wrong(`excluded-${name}`, (chain, random) => {
      constrain(chain, [], [base]);
      put(chain.leaf, subjectAltName([random.pick(outside), random.pick(inside)]));
    }),
  ]),

  sound('permitted-dn', (chain) => constrain(chain, [directoryName(trustOf(chain))])),
  sound('permitted-dn-case', (chain) =>
    constrain(chain, [directoryName(respelt(trustOf(chain), 'organization', (text) => ` ${text.toUpperCase()}`))]),
  ),
  wrong('outside-permitted-dn', (chain) => {
    constrain(chain, [directoryName(trustOf(chain))]);
    chain.rename(chain.leaf, [...OTHER_TRUST, attribute('common', 'Nurse')]);
  }),
  wrong('outside-permitted-dn-in-alternative-name', (chain) => {
    constrain(chain, [directoryName(trustOf(chain))]);
    put(chain.leaf, subjectAltName([directoryName([...OTHER_TRUST, attribute('common', 'Nurse')])]));
  }),
  wrong(
    'outside-permitted-dn-intermediate',
    (chain) => {
      const upper = chain.someUpperIntermediate();
      put(upper, nameConstraints([directoryName(trustOf(chain))]));
      chain.rename(chain.below(upper), [...OTHER_TRUST, attribute('common', 'Issuing')]);
    },
    2,
  ),
  sound('not-excluded-dn', (chain) => constrain(chain, [], [directoryName(OTHER_TRUST)])),
  wrong('excluded-dn', (chain) => {
    constrain(chain, [], [directoryName(OTHER_TRUST)]);
    chain.rename(chain.leaf, [...OTHER_TRUST, attribute('common', 'Nurse')]);
  }),
  wrong('excluded-dn-case', (chain) => {
    constrain(chain, [], [directoryName(OTHER_TRUST)]);
    const shouted = respelt(OTHER_TRUST, 'organization', (text) => text.toUpperCase());
    chain.rename(chain.leaf, [...shouted, attribute('common', 'Nurse')]);
  }),
  wrong('excluded-everything-dn', (chain) => constrain(chain, [], [directoryName([])])),

  sound('permitted-other-form', (chain) => {
    // A constraint of one form says nothing of names of another.
    constrain(chain, [dnsName('ward.example')]);
    put(chain.leaf, subjectAltName([emailName('ada@other.example')]));
  }),
  sound('permitted-one-of-several', (chain) => {
    constrain(chain, [dnsName('other.example'), dnsName('ward.example')]);
    put(chain.leaf, subjectAltName([dnsName('pc.ward.example')]));
  }),
  wrong('excluded-inside-permitted', (chain) => {
    constrain(chain, [dnsName('ward.example')], [dnsName('east.ward.example')]);
    put(chain.leaf, subjectAltName([dnsName('pc.east.ward.example')]));
  }),
  sound(
    'permitted-at-two-levels',
    (chain) => {
      const upper = chain.someUpperIntermediate();
      put(upper, nameConstraints([dnsName('ward.example')]));
      put(chain.below(upper), nameConstraints([dnsName('east.ward.example')]));
      put(chain.leaf, subjectAltName([dnsName('pc.east.ward.example')]));
    },
    2,
  ),
  wrong(
    'widened-below',
    (chain) => {
      // A lower certificate cannot permit what one above it did not.
      const upper = chain.someUpperIntermediate();
      put(upper, nameConstraints([dnsName('ward.example')]));
      put(chain.below(upper), nameConstraints([dnsName('ward.example'), dnsName('other.example')]));
      put(chain.leaf, subjectAltName([dnsName('pc.other.example')]));
    },
    2,
  ),
  sound('self-issued-outside-permitted', (chain) => {
    // 6.1.3 b: names of self-issued certificates are not looked at, unless it is the last.
    const intermediate = chain.someIntermediate();
    put(intermediate, nameConstraints([directoryName(OTHER_TRUST)]));
    for (let below = chain.below(intermediate); below !== chain.leaf; below = chain.below(below)) {
      chain.rename(below, [...OTHER_TRUST, attribute('common', `Issuing ${chain.path.indexOf(below)}`)]);
    }
    chain.rename(chain.leaf, [...OTHER_TRUST, attribute('common', 'Nurse')]);
    chain.insertSelfIssued(intermediate);
  }),
  wrong('email-in-subject-outside-permitted', (chain) => {
    // 4.2.1.10: without an alternative name, the subject's emailAddress counts.
    constrain(chain, [emailName('ward.example')]);
    chain.leaf.extensions = chain.leaf.extensions.filter(({ oid }) => oid !== subjectAltName([]).oid);
    chain.rename(chain.leaf, [...chain.leaf.subject, attribute('email', 'ada@other.example')]);
  }),
  sound('email-in-subject-permitted', (chain) => {
    constrain(chain, [emailName('ward.example')]);
    chain.leaf.extensions = chain.leaf.extensions.filter(({ oid }) => oid !== subjectAltName([]).oid);
    chain.rename(chain.leaf, [...chain.leaf.subject, attribute('email', 'ada@ward.example')]);
  }),
  // 4.2.1.10: an address without a host that has a name cannot be judged, and must be refused.
  wrong('uri-without-host', (chain) => named(chain, [uriName('ward.example')], [], uriName('urn:ward.example'))),
  wrong('uri-with-numeric-host', (chain) => named(chain, [uriName('ward.example')], [], uriName('https://10.1.2.3/'))),
  wrong('uri-without-host-beside-excluded', (chain) =>
    named(chain, [], [uriName('ward.example')], uriName('urn:ward.example')),
  ),
  wrong('uri-with-numeric-host-beside-excluded', (chain) =>
    named(chain, [], [uriName('ward.example')], uriName('https://10.1.2.3/')),
  ),
  sound('permitted-uri-with-user-and-port', (chain) =>
    named(chain, [uriName('ward.example')], [], uriName('https://ada@ward.example:8443/?a@b.example#c')),
  ),
  wrong('outside-permitted-uri-behind-user', (chain) =>
    named(chain, [uriName('ward.example')], [], uriName('https://ward.example@other.example/')),
  ),
  // Names that may mean one that is excluded, or not, to whoever reads them next.
  arguable('may-be-excluded-wildcard', (chain) =>
    named(chain, [], [dnsName('pc.ward.example')], dnsName('*.ward.example')),
  ),
  arguable('may-be-excluded-dot-at-end', (chain) =>
    named(chain, [], [dnsName('ward.example')], dnsName('pc.ward.example.')),
  ),
  arguable('may-be-excluded-mailbox-case', (chain) =>
    named(chain, [], [emailName('ada@ward.example')], emailName('ADA@ward.example')),
  ),
  arguable('may-be-excluded-mapped-address', (chain) =>
    named(chain, [], [addressName(10, 1, 0, 0, 255, 255, 0, 0)], addressName(...zeros(10), 0xff, 0xff, 10, 1, 2, 3)),
  ),
  wrong('outside-permitted-form-without-rules', (chain) => {
    // A form that nobody has rules for: process it or refuse (4.2.1.10).
    constrain(chain, [registeredId('1.3.6.1.4.1.32473.7')]);
    put(chain.leaf, subjectAltName([registeredId('1.3.6.1.4.1.32473.8')]));
  }),
  arguable('permitted-form-without-rules-unused', (chain) => constrain(chain, [registeredId('1.3.6.1.4.1.32473.7')])),
  arguable('subtree-with-minimum', (chain) => {
    constrain(chain, [withMinimum(dnsName('ward.example'), 1)]);
    put(chain.leaf, subjectAltName([dnsName('pc.ward.example')]));
  }),
  arguable('constraints-in-leaf', (chain) => put(chain.leaf, nameConstraints([directoryName(OTHER_TRUST)]))),
  arguable('constraints-not-critical-violated', (chain) => {
    // Must be critical (4.2.1.10); section 6 applies it all the same.
    put(chain.issuing, { ...nameConstraints([dnsName('ward.example')]), critical: false });
    put(chain.leaf, subjectAltName([dnsName('pc.other.example')]));
  }),
  arguable('anchor-constraints-violated', (chain) => {
    put(chain.anchor, nameConstraints([dnsName('ward.example')]));
    put(chain.leaf, subjectAltName([dnsName('pc.other.example')]));
  }),
  // Issuers must not write it empty (4.2.1.10); it restricts nothing.
  arguable('constraints-empty', (chain) => constrain(chain, [])),
  wrong('address-subtree-of-wrong-length', (chain) => {
    constrain(chain, [addressName(10, 1, 0, 0, 255)]);
    put(chain.leaf, subjectAltName([addressName(10, 1, 0, 1)]));
  }),
];

function constrain(chain: ChainDraft, permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): void {
  put(chain.someIntermediate(), nameConstraints(permitted, excluded));
}

/** The constraints, and a leaf with this one alternative name. */
function named(
  chain: ChainDraft,
  permitted: readonly Uint8Array[],
  excluded: readonly Uint8Array[],
  name: Uint8Array,
): void {
  constrain(chain, permitted, excluded);
  put(chain.leaf, subjectAltName([name]));
}

/** Country and organization, which all certificates of a chain share. */
function trustOf(chain: ChainDraft): Name {
  return chain.leaf.subject.slice(0, 2);
}

function zeros(count: number): number[] {
  return Array<number>(count).fill(0);
}

function ones(count: number): number[] {
  return Array<number>(count).fill(0xff);
}
