import type { CertificateDraft } from '../certificate-writer.ts';
import { type ChainDraft, drop, POLICIES, put } from '../chain-draft.ts';
import {
  ANY_POLICY,
  certificatePolicies,
  inhibitAnyPolicy,
  OID,
  policyConstraints,
  policyMappings,
} from '../extensions.ts';
import { type Flaw, sound, wrong } from './flaw.ts';

const { ordinary, other } = POLICIES;

/** Which policies a path is valid for, and whether one is needed (RFC 5280 6.1.2 to 6.1.5). */
export const POLICY_FLAWS: readonly Flaw[] = [
  sound('explicit-policy', (chain) => {
    everywhere(chain);
    chain.explicitPolicy = true;
  }),
  sound('policies-not-required', (chain) => {
    everywhere(chain);
    drop(chain.someIntermediate(), OID.certificatePolicies);
  }),
  wrong('explicit-policy-absent-leaf', (chain) => absent(chain, chain.leaf)),
  wrong('explicit-policy-absent-intermediate', (chain) => absent(chain, chain.someIntermediate())),
  wrong('explicit-policy-absent-everywhere', (chain) => {
    for (const certificate of chain.path) drop(certificate, OID.certificatePolicies);
    chain.explicitPolicy = true;
  }),
  wrong('explicit-policy-differs', (chain) => {
    everywhere(chain);
    put(chain.leaf, certificatePolicies([other]));
    chain.explicitPolicy = true;
  }),
  wrong('policy-required-by-issuer-absent', (chain) => {
    everywhere(chain);
    put(chain.someIntermediate(), policyConstraints({ requireExplicit: 0 }));
    drop(chain.leaf, OID.certificatePolicies);
  }),
  sound('policy-required-by-issuer', (chain) => {
    everywhere(chain);
    put(chain.someIntermediate(), policyConstraints({ requireExplicit: 0 }));
  }),
  sound('policy-required-too-late', (chain) => {
    everywhere(chain);
    put(chain.someIntermediate(), policyConstraints({ requireExplicit: 9 }));
    drop(chain.leaf, OID.certificatePolicies);
  }),
  wrong('policy-required-by-leaf-absent', (chain) => {
    // 6.1.5 b: the last certificate can require it too.
    everywhere(chain);
    drop(chain.leaf, OID.certificatePolicies);
    put(chain.leaf, policyConstraints({ requireExplicit: 0 }));
  }),

  sound('policy-acceptable', (chain) => {
    everywhere(chain);
    chain.explicitPolicy = true;
    chain.acceptablePolicies = [other, ordinary];
  }),
  wrong('policy-not-acceptable', (chain) => {
    everywhere(chain);
    chain.explicitPolicy = true;
    chain.acceptablePolicies = [other];
  }),
  sound('policy-not-acceptable-not-required', (chain) => {
    everywhere(chain);
    chain.acceptablePolicies = [other];
  }),

  sound('policy-mapped', (chain) => {
    map(chain, chain.someIntermediate(), [ordinary, other]);
    chain.explicitPolicy = true;
  }),
  sound('policy-mapped-acceptable', (chain) => {
    map(chain, chain.someIntermediate(), [ordinary, other]);
    chain.explicitPolicy = true;
    chain.acceptablePolicies = [ordinary];
  }),
  wrong('policy-mapped-not-acceptable', (chain) => {
    // The caller names policies of the anchor's domain, not what they were mapped to.
    map(chain, chain.someIntermediate(), [ordinary, other]);
    chain.explicitPolicy = true;
    chain.acceptablePolicies = [other];
  }),
  wrong('policy-mapped-leaf-keeps-old', (chain) => {
    map(chain, chain.someIntermediate(), [ordinary, other]);
    put(chain.leaf, certificatePolicies([ordinary]));
    chain.explicitPolicy = true;
  }),
  wrong(
    'policy-mapping-inhibited',
    (chain) => {
      const upper = chain.someUpperIntermediate();
      map(chain, chain.below(upper), [ordinary, other]);
      put(upper, policyConstraints({ inhibitMapping: 0 }));
      chain.explicitPolicy = true;
    },
    2,
  ),
  sound(
    'policy-mapping-inhibited-later',
    (chain) => {
      const upper = chain.someUpperIntermediate();
      map(chain, chain.below(upper), [ordinary, other]);
      put(upper, policyConstraints({ inhibitMapping: 1 }));
      chain.explicitPolicy = true;
    },
    2,
  ),
  wrong('policy-mapped-from-any', (chain) => map(chain, chain.someIntermediate(), [ANY_POLICY, other])),
  wrong('policy-mapped-to-any', (chain) => {
    const intermediate = chain.someIntermediate();
    everywhere(chain);
    put(intermediate, policyMappings([ordinary, ANY_POLICY]));
  }),

  sound('any-policy', (chain) => {
    everywhere(chain);
    put(chain.someIntermediate(), certificatePolicies([ANY_POLICY]));
    chain.explicitPolicy = true;
  }),
  sound('any-policy-leaf', (chain) => {
    everywhere(chain);
    put(chain.leaf, certificatePolicies([ANY_POLICY]));
    chain.explicitPolicy = true;
  }),
  wrong('any-policy-inhibited', (chain) => {
    everywhere(chain);
    put(chain.someIntermediate(), inhibitAnyPolicy(0));
    put(chain.leaf, certificatePolicies([ANY_POLICY]));
    chain.explicitPolicy = true;
  }),
  sound('any-policy-inhibited-later', (chain) => {
    everywhere(chain);
    put(chain.someIntermediate(), inhibitAnyPolicy(9));
    put(chain.leaf, certificatePolicies([ANY_POLICY]));
    chain.explicitPolicy = true;
  }),
  sound('any-policy-inhibited-unused', (chain) => {
    everywhere(chain);
    put(chain.someIntermediate(), inhibitAnyPolicy(0));
    chain.explicitPolicy = true;
  }),
  // The numbers count certificates that are not self-issued, and are down to nothing in time (6.1.4 h).
  wrong(
    'policy-mapping-inhibited-in-time',
    (chain) => {
      const [top] = chain.intermediates;
      if (top === undefined) throw new RangeError('needs intermediates');
      map(chain, chain.issuing, [ordinary, other]);
      put(top, policyConstraints({ inhibitMapping: following(chain, top) - 1 }));
      chain.explicitPolicy = true;
    },
    3,
  ),
  wrong(
    'any-policy-inhibited-in-time',
    (chain) => {
      everywhere(chain);
      const upper = chain.someUpperIntermediate();
      put(upper, inhibitAnyPolicy(following(chain, upper)));
      put(chain.leaf, certificatePolicies([ANY_POLICY]));
      chain.explicitPolicy = true;
    },
    2,
  ),
  sound('any-policy-inhibited-just-later', (chain) => {
    everywhere(chain);
    const intermediate = chain.someIntermediate();
    put(intermediate, inhibitAnyPolicy(following(chain, intermediate) + 1));
    put(chain.leaf, certificatePolicies([ANY_POLICY]));
    chain.explicitPolicy = true;
  }),
  sound('any-policy-inhibited-self-issued-not-counted', (chain) => {
    everywhere(chain);
    const intermediate = chain.someIntermediate();
    const count = following(chain, intermediate) + 1;
    chain.insertSelfIssued(intermediate);
    put(intermediate, inhibitAnyPolicy(count));
    put(chain.leaf, certificatePolicies([ANY_POLICY]));
    chain.explicitPolicy = true;
  }),
  sound('any-policy-in-self-issued', (chain) => {
    // 6.1.3 d 2: a self-issued certificate between others may still say any.
    everywhere(chain);
    const intermediate = chain.someIntermediate();
    const selfIssued = chain.insertSelfIssued(intermediate);
    put(intermediate, inhibitAnyPolicy(0));
    put(selfIssued, certificatePolicies([ANY_POLICY]));
    chain.explicitPolicy = true;
  }),
  wrong('policy-required-in-time-absent', (chain) => {
    // The leaf itself still counts (6.1.5 a).
    everywhere(chain);
    const intermediate = chain.someIntermediate();
    put(intermediate, policyConstraints({ requireExplicit: following(chain, intermediate) + 1 }));
    drop(chain.leaf, OID.certificatePolicies);
  }),
  sound('policy-required-just-too-late', (chain) => {
    everywhere(chain);
    const intermediate = chain.someIntermediate();
    put(intermediate, policyConstraints({ requireExplicit: following(chain, intermediate) + 2 }));
    drop(chain.leaf, OID.certificatePolicies);
  }),
  wrong('duplicate-policy', (chain) => {
    // 4.2.1.4: a policy must not appear more than once.
    everywhere(chain);
    put(chain.someIntermediate(), certificatePolicies([ordinary, ordinary]));
    chain.explicitPolicy = true;
  }),
];

/** The same policy in every certificate below the anchor. */
function everywhere(chain: ChainDraft): void {
  for (const certificate of chain.path.slice(1)) put(certificate, certificatePolicies([ordinary]));
}

/** How many intermediates there are below one. */
function following({ intermediates }: ChainDraft, certificate: CertificateDraft): number {
  return intermediates.length - 1 - intermediates.indexOf(certificate);
}

function absent(chain: ChainDraft, certificate: CertificateDraft): void {
  everywhere(chain);
  drop(certificate, OID.certificatePolicies);
  chain.explicitPolicy = true;
}

/** Has one intermediate map the policy of those above it to that of those below it. */
function map(chain: ChainDraft, mapping: CertificateDraft, [from, to]: readonly [string, string]): void {
  const { path } = chain;
  for (const certificate of path.slice(1)) {
    const above = path.indexOf(certificate) <= path.indexOf(mapping);
    put(certificate, certificatePolicies([above ? from : to]));
  }
  put(mapping, policyMappings([from, to]));
}
