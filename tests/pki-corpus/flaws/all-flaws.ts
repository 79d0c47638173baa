import { drop } from '../chain-draft.ts';
import { OID } from '../extensions.ts';
import { AUTHORITY_FLAWS } from './authorities.ts';
import { ENCODING_FLAWS } from './encodings.ts';
import { EXTENSION_FLAWS } from './extensions.ts';
import { type Flaw, sound } from './flaw.ts';
import { NAME_CONSTRAINT_FLAWS } from './name-constraints.ts';
import { NAME_FLAWS } from './names.ts';
import { PATH_BUILDING_FLAWS } from './path-building.ts';
import { POLICY_FLAWS } from './policies.ts';
import { SIGNATURE_FLAWS } from './signatures.ts';
import { VALIDITY_FLAWS } from './validity.ts';

const NONE: readonly Flaw[] = [
  sound('', () => {}),
  sound('without-key-identifiers', (chain) => {
    for (const each of chain.path) drop(each, OID.subjectKeyIdentifier, OID.authorityKeyIdentifier);
  }),
  sound('without-subject-key-identifiers', (chain) => {
    for (const each of chain.path) drop(each, OID.subjectKeyIdentifier);
  }),
];

export const FLAWS: readonly Flaw[] = [
  ...NONE,
  ...SIGNATURE_FLAWS,
  ...VALIDITY_FLAWS,
  ...NAME_FLAWS,
  ...AUTHORITY_FLAWS,
  ...EXTENSION_FLAWS,
  ...ENCODING_FLAWS,
  ...NAME_CONSTRAINT_FLAWS,
  ...POLICY_FLAWS,
  ...PATH_BUILDING_FLAWS,
];
