import type { SeededRandom } from '../../fuzz/mutation.ts';
import type { CertificateDraft } from '../certificate-writer.ts';
import type { ChainDraft } from '../chain-draft.ts';

/**
 * What the chain deserves by RFC 5280 and by the product's own profile (no SHA-1, RSA of at least 2,048 bits, named curves,
 * strict DER, clientAuth); `either` where neither says.
 */
export type Deserved = 'accept' | 'reject' | 'either';

/** One change to a sound chain. */
export type Flaw = {
  /** Stable: tests and tables name it. Begins with `none` where the chain stays sound. */
  readonly name: string;
  readonly deserved: Deserved;
  /** Least number of intermediates that it needs; 1 unless told. */
  readonly depth?: number;
  apply(chain: ChainDraft, random: SeededRandom): void;
};

export function sound(name: string, apply: Flaw['apply'], depth = 1): Flaw {
  return { name: name === '' ? 'none' : `none-${name}`, deserved: 'accept', depth, apply };
}

export function wrong(name: string, apply: Flaw['apply'], depth = 1): Flaw {
  return { name, deserved: 'reject', depth, apply };
}

export function arguable(name: string, apply: Flaw['apply'], depth = 1): Flaw {
  return { name, deserved: 'either', depth, apply };
}

/** The same flaw in the leaf and in one of the intermediates. */
export function atEachLevel(
  name: string,
  apply: (certificate: CertificateDraft, chain: ChainDraft, random: SeededRandom) => void,
  deserved: Deserved = 'reject',
): readonly Flaw[] {
  return [
    { name: `${name}-leaf`, deserved, apply: (chain, random) => apply(chain.leaf, chain, random) },
    {
      name: `${name}-intermediate`,
      deserved,
      apply: (chain, random) => apply(chain.someIntermediate(), chain, random),
    },
  ];
}
