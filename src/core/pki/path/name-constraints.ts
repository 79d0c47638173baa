import type { Certificate } from '../x509/certificate.ts';
import type { NameConstraints } from '../x509/extensions.ts';
import type { GeneralName } from '../x509/general-name.ts';
import { isWithin } from '../x509/name.ts';
import { EMAIL_ADDRESS, UPN } from '../x509/oids.ts';
import type { Budget } from './budget.ts';

/**
 * Name constraints (RFC 5280, 4.2.1.10 and 6.1.3 b, c). Each certificate above adds its own; a name must lie within one of the
 * permitted subtrees of its kind in every one of them that has any, and within none of the excluded.
 * @returns whether all names of the certificate keep to them
 */
export function keepsTo(constraints: readonly NameConstraints[], certificate: Certificate, budget: Budget): boolean {
  if (constraints.length === 0) return true;
  const names = namesOf(certificate);
  return constraints.every(({ permitted, excluded }) => {
    budget.spend('nameComparisons', names.length * (permitted.length + excluded.length));
    return names.every((name) => allows(permitted, excluded, name));
  });
}

function namesOf({ subject, extensions }: Certificate): readonly GeneralName[] {
  const names: GeneralName[] = [...(extensions.subjectAltName ?? [])];
  if (subject.rdns.length > 0) names.push({ kind: 'directory', name: subject });
  // Mail addresses in the subject too: the standard asks for it where there is no other, every careful validator always.
  for (const { type, text } of subject.rdns.flat())
    if (type === EMAIL_ADDRESS) names.push({ kind: 'email', text: text ?? '' });
  return names;
}

function allows(permitted: readonly GeneralName[], excluded: readonly GeneralName[], name: GeneralName): boolean {
  const alike = permitted.filter((base) => sameForm(base, name));
  if (alike.length > 0 && !alike.some((base) => covers(base, name) === 'yes')) return false;
  // What may lie within an excluded subtree is taken to.
  return excluded.every((base) => !sameForm(base, name) || covers(base, name) === 'no');
}

/** `unclear`: nothing here compares names of this form, or the name may stand for others that are within. */
type Cover = 'yes' | 'no' | 'unclear';

function sameForm(base: GeneralName, name: GeneralName): boolean {
  if (base.kind === 'other') return name.kind === 'other' && base.type === name.type;
  return base.kind === name.kind;
}

function covers(base: GeneralName, name: GeneralName): Cover {
  switch (base.kind) {
    case 'directory':
      return name.kind === 'directory' && isWithin(name.name, base.name) ? 'yes' : 'no';
    case 'dns':
      return name.kind === 'dns' ? coversHost(base.text, name.text) : 'no';
    case 'email':
      return name.kind === 'email' ? coversMailbox(base.text, name.text) : 'no';
    case 'uri':
      return name.kind === 'uri' ? coversUri(base.text, name.text) : 'no';
    case 'ip':
      return name.kind === 'ip' ? coversAddress(base.octets, name.octets) : 'no';
    case 'other':
      return name.kind === 'other' ? coversPrincipal(base, name) : 'no';
    case 'x400':
    case 'edi':
    case 'registered':
      return 'unclear';
  }
}

/** A host and all below it; with a leading dot only those below it. */
function coversHost(base: string, name: string): Cover {
  const wanted = base.toLowerCase();
  const host = name.toLowerCase();
  if (wanted === '') return 'yes';
  if (wanted.startsWith('.')) return host.endsWith(wanted) ? 'yes' : coveredByWildcard(wanted.slice(1), host);
  if (host === wanted || host.endsWith(`.${wanted}`)) return 'yes';
  return coveredByWildcard(wanted, host);
}

/** `*.example.org` also stands for `ward.example.org`, which may be just what is excluded. */
function coveredByWildcard(base: string, host: string): Cover {
  return host.startsWith('*.') && base.endsWith(host.slice(1)) ? 'unclear' : 'no';
}

/** One mailbox, all of one host, or (leading dot) all of the hosts below a domain. */
function coversMailbox(base: string, name: string): Cover {
  const at = name.lastIndexOf('@');
  if (at <= 0 || at === name.length - 1) return 'unclear';
  const host = name.slice(at + 1).toLowerCase();
  const baseAt = base.lastIndexOf('@');
  if (baseAt >= 0) {
    // The part before the at sign is the other host's business: it may tell upper from lower case (RFC 5321, 2.4).
    const same = name.slice(0, at) === base.slice(0, baseAt) && host === base.slice(baseAt + 1).toLowerCase();
    return same ? 'yes' : 'no';
  }
  const wanted = base.toLowerCase();
  if (wanted === '') return 'yes';
  return (wanted.startsWith('.') ? host.endsWith(wanted) : host === wanted) ? 'yes' : 'no';
}

/** The host of the address: just this one, or (leading dot) all below a domain. One without a host cannot be judged. */
function coversUri(base: string, name: string): Cover {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(name)?.[1];
  const host = authority?.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase();
  if (host === undefined || host === '' || host.startsWith('[') || /^[\d.]+$/.test(host)) return 'unclear';
  const wanted = base.toLowerCase();
  if (wanted === '') return 'yes';
  return (wanted.startsWith('.') ? host.endsWith(wanted) : host === wanted) ? 'yes' : 'no';
}

/** An address and its mask, 4 or 16 octets each (RFC 4632 style). */
function coversAddress(base: Uint8Array, address: Uint8Array): Cover {
  if (base.length !== 8 && base.length !== 32) return 'unclear';
  if (address.length !== 4 && address.length !== 16) return 'unclear';
  if (base.length !== address.length * 2) return 'no';
  return address.every((octet, index) => {
    const mask = base[address.length + index] ?? 0;
    return (octet & mask) === ((base[index] ?? 0) & mask);
  })
    ? 'yes'
    : 'no';
}

/** User principal names are compared as mailboxes are, but for case, which Windows ignores throughout. */
function coversPrincipal(
  base: Extract<GeneralName, { kind: 'other' }>,
  name: Extract<GeneralName, { kind: 'other' }>,
): Cover {
  if (base.type !== UPN || base.text === null || name.text === null) return 'unclear';
  const wanted = base.text.toLowerCase();
  const principal = name.text.toLowerCase();
  return coversMailbox(wanted.startsWith('@') ? wanted.slice(1) : wanted, principal);
}
