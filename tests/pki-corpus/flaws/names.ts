import { drop, put } from '../chain-draft.ts';
import { OID, subjectAltName } from '../extensions.ts';
import { attribute, emailName, respelt, restrung } from '../names.ts';
import { arguable, atEachLevel, type Flaw, sound, wrong } from './flaw.ts';

/** Names that link certificates (RFC 5280 6.1.3 a 4), and how they compare (7.1). */
export const NAME_FLAWS: readonly Flaw[] = [
  ...atEachLevel('issuer-name-mismatch', (certificate) => {
    certificate.issuer = respelt(certificate.issuer, 'common', (text) => `${text} of Elsewhere`);
  }),
  ...atEachLevel('issuer-name-longer', (certificate) => {
    certificate.issuer = [...certificate.issuer, attribute('unit', 'Annexe')];
  }),
  ...atEachLevel('issuer-name-shorter', (certificate) => {
    certificate.issuer = certificate.issuer.slice(0, -1);
  }),
  ...atEachLevel('issuer-name-other-order', (certificate) => {
    certificate.issuer = certificate.issuer.toReversed();
  }),
  wrong('issuer-name-swapped-attributes', ({ leaf }) => {
    // The same texts under exchanged types.
    leaf.issuer = leaf.issuer.map((each) =>
      each.kind === 'common'
        ? attribute('organization', each.text)
        : each.kind === 'organization'
          ? attribute('common', each.text)
          : each,
    );
  }),
  sound('name-case', (chain, random) => {
    const certificate = chain.path[1 + random.below(chain.path.length - 1)];
    if (certificate !== undefined) {
      certificate.issuer = respelt(certificate.issuer, 'common', (text) => text.toUpperCase());
    }
  }),
  sound('name-whitespace', (chain, random) => {
    const certificate = chain.path[1 + random.below(chain.path.length - 1)];
    if (certificate !== undefined) {
      certificate.issuer = respelt(certificate.issuer, 'organization', (text) => `  ${text.replaceAll(' ', '   ')} `);
    }
  }),
  sound('name-string-type', (chain, random) => {
    const certificate = chain.path[1 + random.below(chain.path.length - 1)];
    if (certificate !== undefined) certificate.issuer = restrung(certificate.issuer, 'utf8');
  }),
  sound('name-string-type-in-subject', (chain) => {
    const intermediate = chain.someIntermediate();
    intermediate.subject = restrung(intermediate.subject, 'utf8');
  }),
  sound('name-beyond-ascii', (chain) => {
    const intermediate = chain.someIntermediate();
    const welsh = respelt(restrung(intermediate.subject, 'utf8'), 'common', () => 'Ysbyty Môn – Tŷ Awdurdod');
    chain.rename(intermediate, welsh);
  }),
  sound('subject-in-alternative-name-only', ({ leaf }) => {
    leaf.subject = [];
    put(leaf, subjectAltName([emailName('nurse@ward.example')], true));
  }),
  arguable('subject-nowhere', ({ leaf }) => {
    // 4.1.2.6 wants a name somewhere; section 6 does not ask.
    leaf.subject = [];
    drop(leaf, OID.subjectAltName);
  }),
  arguable('issuer-empty', (chain) => {
    // An authority must have a name (4.1.2.4), which section 6 does not ask.
    chain.rename(chain.issuing, []);
  }),
];
