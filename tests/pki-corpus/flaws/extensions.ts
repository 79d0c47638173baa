import { find, put } from '../chain-draft.ts';
import { integer, sequence } from '../der.ts';
import {
  certificatePolicies,
  type Extension,
  KEY_USAGE,
  keyUsage,
  OID,
  subjectAltName,
  unknownExtension,
} from '../extensions.ts';
import { emailName } from '../names.ts';
import { arguable, atEachLevel, type Flaw, sound, wrong } from './flaw.ts';

/** Extensions that nobody knows, that come twice, or that say nothing one could read (RFC 5280 4.2). */
export const EXTENSION_FLAWS: readonly Flaw[] = [
  ...atEachLevel('unknown-critical-extension', (certificate) => certificate.extensions.push(unknownExtension(true))),
  sound('unknown-extension', (chain, random) => {
    const path = chain.path;
    path[random.below(path.length)]?.extensions.push(unknownExtension(false));
  }),
  sound('critical-alternative-name', (chain) => {
    put(chain.leaf, subjectAltName([emailName('nurse@ward.example')], true));
  }),
  sound('critical-policies', (chain) => {
    put(chain.someIntermediate(), certificatePolicies(['2.5.29.32.0'], true));
  }),
  ...atEachLevel('duplicate-extension', (certificate, _chain, random) => {
    const { extensions } = certificate;
    const one = extensions[random.below(extensions.length)];
    if (one !== undefined) extensions.push(one);
  }),
  ...atEachLevel('duplicate-unknown-extension', (certificate) => {
    certificate.extensions.push(unknownExtension(false), unknownExtension(false));
  }),
  // Two that differ: whoever takes the first sees another certificate than whoever takes the last.
  ...atEachLevel('duplicate-contradicting-extension', (certificate) => {
    put(certificate, keyUsage(KEY_USAGE.digitalSignature, KEY_USAGE.keyCertSign));
    certificate.extensions.unshift(keyUsage(KEY_USAGE.digitalSignature, KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign));
  }),
  ...atEachLevel('unreadable-critical-extension', (certificate) => {
    put(certificate, { ...keyUsage(), value: integer(5) });
  }),
  ...atEachLevel('unreadable-basic-constraints', (certificate) => {
    put(certificate, { oid: OID.basicConstraints, critical: true, value: sequence(integer(1), integer(2)) });
  }),
  ...atEachLevel('unreadable-alternative-name', (certificate) => {
    const unreadable: Extension = { ...subjectAltName([]), value: sequence(Uint8Array.of(0x9f, 0x1f, 0)) };
    put(certificate, unreadable);
  }),
  // 4.2.1.3 wants one bit at least.
  wrong('empty-key-usage-leaf', (chain) => put(chain.leaf, keyUsage())),
  wrong('empty-key-usage-intermediate', (chain) => put(chain.someIntermediate(), keyUsage())),
  ...atEachLevel('version-1-with-extensions', (certificate) => {
    certificate.version = 1;
  }),
  arguable('version-2-with-extensions', (chain) => {
    chain.leaf.version = 2;
  }),
  arguable('version-1-leaf', (chain) => {
    // Nothing forbids it in a path; it names no purpose.
    chain.leaf.version = 1;
    chain.leaf.extensions = [];
  }),
  sound('key-identifier-of-other-key', (chain) => {
    // A hint that is wrong: section 6 never reads it.
    const { leaf } = chain;
    const pointer = find(leaf, OID.authorityKeyIdentifier);
    const other = chain.spareKey('p-256').identifier;
    put(leaf, {
      oid: OID.authorityKeyIdentifier,
      critical: pointer?.critical ?? false,
      value: sequence(Uint8Array.of(0x80, other.length, ...other)),
    });
    const { issuing } = chain;
    put(issuing, {
      oid: OID.subjectKeyIdentifier,
      critical: false,
      value: Uint8Array.of(0x04, issuing.key.identifier.length, ...issuing.key.identifier),
    });
  }),
];
