import {
  arcsOf,
  element,
  explicit,
  ia5String,
  implicit,
  objectIdentifier,
  printableString,
  sequence,
  set,
  utf8String,
} from './der.ts';

const ATTRIBUTES = {
  country: '2.5.4.6',
  organization: '2.5.4.10',
  unit: '2.5.4.11',
  common: '2.5.4.3',
  email: '1.2.840.113549.1.9.1',
} as const;

const STRINGS = { printable: printableString, utf8: utf8String, ia5: ia5String };

export type Attribute = {
  readonly kind: keyof typeof ATTRIBUTES;
  readonly text: string;
  readonly as: keyof typeof STRINGS;
};

/** A distinguished name, one attribute to each RDN. */
export type Name = readonly Attribute[];

export function attribute(
  kind: Attribute['kind'],
  text: string,
  as: Attribute['as'] = kind === 'email' ? 'ia5' : 'printable',
): Attribute {
  return { kind, text, as };
}

export function writeName(name: Name): Uint8Array {
  return sequence(
    ...name.map(({ kind, text, as }) => set(sequence(objectIdentifier(ATTRIBUTES[kind]), STRINGS[as](text)))),
  );
}

/** The name with every text of one kind of attribute changed. */
export function respelt(name: Name, kind: Attribute['kind'], change: (text: string) => string): Name {
  return name.map((each) => (each.kind === kind ? { ...each, text: change(each.text) } : each));
}

/** The same text in another type of string. */
export function restrung(name: Name, as: Attribute['as']): Name {
  return name.map((each) => (each.kind === 'country' ? each : { ...each, as }));
}

// GeneralName (RFC 5280 4.2.1.6), and the bases of subtrees of the same forms (4.2.1.10).

export function emailName(address: string): Uint8Array {
  return implicit(1, Buffer.from(address, 'latin1'));
}

export function dnsName(host: string): Uint8Array {
  return implicit(2, Buffer.from(host, 'latin1'));
}

export function directoryName(name: Name): Uint8Array {
  return explicit(4, writeName(name));
}

export function uriName(uri: string): Uint8Array {
  return implicit(6, Buffer.from(uri, 'latin1'));
}

/** @param octets an address, or an address and its mask */
export function addressName(...octets: readonly number[]): Uint8Array {
  return implicit(7, Uint8Array.from(octets));
}

export function registeredId(dotted: string): Uint8Array {
  return implicit(8, Uint8Array.from(arcsOf(dotted)));
}

/** A user principal name (1.3.6.1.4.1.311.20.2.3), an otherName. */
export function principalName(text: string): Uint8Array {
  return element(0xa0, objectIdentifier('1.3.6.1.4.1.311.20.2.3'), explicit(0, utf8String(text)));
}
