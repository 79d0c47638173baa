import type { Certificate } from '../x509/certificate.ts';
import type { NameConstraints } from '../x509/extensions.ts';
import type { GeneralName } from '../x509/general-name.ts';
import { isWithin, type Name } from '../x509/name.ts';
import { EMAIL_ADDRESS, UPN } from '../x509/oids.ts';
import type { Budget } from './budget.ts';

/**
 * Name constraints (RFC 5280, 4.2.1.10 and 6.1.3 b, c). Each certificate above adds its own; a name must lie within one of the
 * permitted subtrees of its kind in every one of them that has any, and within none of the excluded.
 * @returns whether all names of the certificate keep to them
 */
export function keepsTo(constraints: readonly NameConstraints[], certificate: Certificate, budget: Budget): boolean {
  if (constraints.length === 0) return true;
  const given = namesOf(certificate);
  const names = given.map(readName);
  return constraints.every(({ permitted, excluded }) => {
    budget.spend('nameComparisons', (1 + given.length) * (weightOf(permitted) + weightOf(excluded)));
    const within = permitted.map(readBase);
    const without = excluded.map(readBase);
    return names.every((name) => allows(within, without, name));
  });
}

/** A name of the directory is compared part by part. */
function weightOf(bases: readonly GeneralName[]): number {
  return bases.reduce((sum, base) => sum + (base.kind === 'directory' ? Math.max(1, base.name.keys.length) : 1), 0);
}

function namesOf({ subject, extensions }: Certificate): readonly GeneralName[] {
  const names: GeneralName[] = [...(extensions.subjectAltName ?? [])];
  if (subject.rdns.length > 0) names.push({ kind: 'directory', name: subject });
  // Mail addresses in the subject too: the standard asks for it where there is no other, every careful validator always.
  for (const { type, text } of subject.rdns.flat())
    if (type === EMAIL_ADDRESS) names.push({ kind: 'email', text: text ?? '' });
  return names;
}

function allows(permitted: readonly Base[], excluded: readonly Base[], name: ReadName): boolean {
  const alike = permitted.filter(({ form }) => form === name.form);
  if (alike.length > 0 && !alike.some((base) => base.covers(name) === 'yes')) return false;
  // What may lie within an excluded subtree is taken to.
  return excluded.every((base) => base.form !== name.form || base.covers(name) === 'no');
}

/** `unclear`: nothing here compares names of this form, or the name may stand for others that are within. */
type Cover = 'yes' | 'no' | 'unclear';

/** Names and bases are taken apart once each: thousands of them may be held against each other, and each may be long. */
type ReadName = {
  /** Only names of one form are compared. */
  readonly form: string;
  readonly directory: Name | null;
  /** Lower case; null: no host that can be compared. */
  readonly host: string | null;
  /** What stands before the at sign of a mailbox. */
  readonly local: string | null;
  readonly octets: Uint8Array | null;
};

type Base = { readonly form: string; readonly covers: (name: ReadName) => Cover };

const formOf = (name: GeneralName) => (name.kind === 'other' ? `other ${name.type}` : name.kind);

function readName(name: GeneralName): ReadName {
  const nothing = { form: formOf(name), directory: null, host: null, local: null, octets: null };
  switch (name.kind) {
    case 'directory':
      return { ...nothing, directory: name.name };
    case 'dns':
      return { ...nothing, host: hostOf(name.text.startsWith('*.') ? name.text.slice(2) : name.text, name.text) };
    case 'email':
      return { ...nothing, ...mailboxOf(name.text) };
    case 'uri':
      return { ...nothing, host: hostOfUri(name.text) };
    case 'ip':
      return { ...nothing, octets: name.octets };
    case 'other':
      // Windows ignores the case of a principal's name throughout.
      return { ...nothing, ...(name.text === null ? {} : mailboxOf(name.text.toLowerCase())) };
    case 'x400':
    case 'edi':
    case 'registered':
      return nothing;
  }
}

function readBase(base: GeneralName): Base {
  const form = formOf(base);
  switch (base.kind) {
    case 'directory':
      return { form, covers: ({ directory }) => (directory !== null && isWithin(directory, base.name) ? 'yes' : 'no') };
    case 'dns':
      // A host and all below it; with a leading dot only those below it.
      return { form, covers: overHosts(base.text, 'self and below') };
    case 'uri':
      // This host alone, or (leading dot) all below a domain. An address without a host cannot be judged.
      return { form, covers: overHosts(base.text, 'self') };
    case 'email':
      return { form, covers: overMailboxes(base.text) };
    case 'ip':
      return { form, covers: ({ octets }) => coversAddress(base.octets, octets ?? new Uint8Array()) };
    case 'other': {
      const known = base.type === UPN && base.text !== null;
      return { form, covers: known ? overMailboxes(base.text.toLowerCase()) : () => 'unclear' };
    }
    case 'x400':
    case 'edi':
    case 'registered':
      return { form, covers: () => 'unclear' };
  }
}

/**
 * A host as it can be compared; null for all that name servers or browsers may read in another way than it is written: a dot
 * at the end, empty labels, percent signs, letters beyond ASCII.
 * @param plain what must be such a host. @param whole what is compared
 */
function hostOf(plain: string, whole = plain): string | null {
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(plain) ? whole.toLowerCase() : null;
}

function hostOfUri(uri: string): string | null {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1];
  // Browsers read it as a slash, the standard (RFC 3986) does not know it.
  if (authority === undefined || authority.includes('\\')) return null;
  const host = authority.replace(/^.*@/, '').replace(/:\d*$/, '');
  return /^[\d.]+$/.test(host) ? null : hostOf(host);
}

function mailboxOf(text: string): { readonly local: string | null; readonly host: string | null } {
  const at = text.lastIndexOf('@');
  return at <= 0 ? { local: null, host: null } : { local: text.slice(0, at), host: hostOf(text.slice(at + 1)) };
}

/** @param bare what a base without a leading dot covers; an empty one covers every host */
function overHosts(base: string, bare: 'self' | 'self and below'): Base['covers'] {
  const wanted = base.startsWith('.') ? base.slice(1) : base;
  const domain = hostOf(wanted);
  const below = `.${domain}`;
  return ({ host }) => {
    if (host === null) return 'unclear';
    if (base === '') return 'yes';
    if (domain === null) return 'unclear';
    if (host === domain) return base.startsWith('.') ? 'no' : 'yes';
    if (host.endsWith(below) && (base.startsWith('.') || bare === 'self and below')) return 'yes';
    // `*.example.org` also stands for `ward.example.org`, which may be just what is excluded.
    return host.startsWith('*.') && domain.endsWith(host.slice(1)) ? 'unclear' : 'no';
  };
}

/** One mailbox, all of one host, or (leading dot) all of the hosts below a domain. `@host` means the host to whoever writes it. */
function overMailboxes(base: string): Base['covers'] {
  const at = base.lastIndexOf('@');
  if (at <= 0) return overHosts(base.slice(at + 1), 'self');
  const one = mailboxOf(base);
  return ({ local, host }) => {
    if (host === null || local === null || one.host === null) return 'unclear';
    if (host !== one.host) return 'no';
    if (local === one.local) return 'yes';
    return mayBeSame(local, one.local ?? '') ? 'unclear' : 'no';
  };
}

/** The part before the at sign is the other host's business: it may ignore case, quoting, or how letters are composed (RFC 5321, 2.4). */
function mayBeSame(a: string, b: string): boolean {
  return !isPlainLocal(a) || !isPlainLocal(b) || a.toLowerCase() === b.toLowerCase();
}

const isPlainLocal = (local: string) => /^[\x21-\x7e]*$/.test(local) && !/["\\]/.test(local);

/** An address and its mask, 4 or 16 octets each (RFC 4632 style). */
function coversAddress(base: Uint8Array, address: Uint8Array): Cover {
  if (base.length !== 8 && base.length !== 32) return 'unclear';
  if (address.length !== 4 && address.length !== 16) return 'unclear';
  // An IPv4 address in IPv6's clothes leads to the same machine.
  if (base.length !== address.length * 2) return isMapped(address) ? 'unclear' : 'no';
  return address.every((octet, index) => {
    const mask = base[address.length + index] ?? 0;
    return (octet & mask) === ((base[index] ?? 0) & mask);
  })
    ? 'yes'
    : 'no';
}

/** ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
function isMapped(address: Uint8Array): boolean {
  return (
    address.length === 16 && address.every((octet, index) => (index < 10 ? octet === 0 : index > 11 || octet === 0xff))
  );
}
