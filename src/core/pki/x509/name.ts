import { hexOf } from '../../octets.ts';
import { DerError } from '../der/der-error.ts';
import { DerReader } from '../der/der-reader.ts';
import { objectIdentifier } from '../der/der-values.ts';
import {
  BMP_STRING,
  IA5_STRING,
  NUMERIC_STRING,
  OBJECT_IDENTIFIER,
  PRINTABLE_STRING,
  SEQUENCE,
  SET,
  TELETEX_STRING,
  UNIVERSAL_STRING,
  UTF8_STRING,
  VISIBLE_STRING,
} from '../der/tags.ts';
import { ATTRIBUTE_NAMES, COMMON_NAME } from './oids.ts';

const MAX_RDNS = 64;
const MAX_TEXT = 4_096;
const MAX_NAME_BYTES = 64 * 1024;

export type NameAttribute = {
  readonly type: string;
  /** null: a value of no string type. */
  readonly text: string | null;
};

/**
 * A distinguished name. Two names are the same name exactly when their keys are the same list: one key an RDN, made as
 * RFC 5280, 7.1 compares them.
 */
export type Name = {
  readonly der: Uint8Array;
  readonly rdns: ReadonlyArray<readonly NameAttribute[]>;
  readonly keys: readonly string[];
  /** The keys as one string. */
  readonly key: string;
};

const seen = new Map<string, Name>();
const MAX_SEEN = 500;
const MAX_SEEN_OCTETS = 512;

/** @param reader stands before a Name; it is behind it afterwards */
export function readName(reader: DerReader, what: string): Name {
  const der = reader.element(what);
  if (der.length > MAX_SEEN_OCTETS) return parseName(der, what);
  // The same few issuers again and again.
  const octets = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('latin1');
  const known = seen.get(octets);
  if (known !== undefined) return known;
  const name = parseName(der, what);
  if (seen.size < MAX_SEEN) seen.set(octets, name);
  return name;
}

export function parseName(der: Uint8Array, what: string): Name {
  if (der.length > MAX_NAME_BYTES) throw new DerError(`${what}: too long`);
  const outer = new DerReader(der);
  const rdnSequence = outer.enter(SEQUENCE, what);
  outer.end(what);
  // It outlives the bytes that it was read from, if it is kept.
  return nameOf(new Uint8Array(der), rdnSequence, what);
}

/** A relative name: the last RDN of a distribution point's name, below the issuer's own (RFC 5280, 4.2.1.13). */
export function belowName(name: Name, rdn: DerReader, what: string): Name {
  const attributes = readRdn(rdn, what);
  const rdns = [...name.rdns, attributes.map(({ attribute }) => attribute)];
  const keys = [...name.keys, keyOf(attributes)];
  return { der: new Uint8Array(), rdns, keys, key: keys.join('/') };
}

function nameOf(der: Uint8Array, rdnSequence: DerReader, what: string): Name {
  const rdns: NameAttribute[][] = [];
  const keys: string[] = [];
  while (!rdnSequence.atEnd) {
    if (rdns.length === MAX_RDNS) throw new DerError(`${what}: too many parts`);
    const attributes = readRdn(rdnSequence.enter(SET, what), what);
    rdns.push(attributes.map(({ attribute }) => attribute));
    keys.push(keyOf(attributes));
  }
  return { der, rdns, keys, key: keys.join('/') };
}

type ReadAttribute = { readonly attribute: NameAttribute; readonly key: string };

function readRdn(set: DerReader, what: string): readonly ReadAttribute[] {
  const attributes: ReadAttribute[] = [];
  while (!set.atEnd) {
    if (attributes.length === MAX_RDNS) throw new DerError(`${what}: too many attributes`);
    const pair = set.enter(SEQUENCE, what);
    const type = objectIdentifier(pair.read(OBJECT_IDENTIFIER, what), what);
    const tag = pair.peek() ?? 0;
    const value = pair.element(what);
    pair.end(what);
    const text = textOf(tag, value);
    // Two signs, so that no text can pose as a value that is none.
    const key = text === null ? `${type}#${hexOf(value)}` : `${type}=${canonical(text)}`;
    attributes.push({ attribute: { type, text }, key });
  }
  if (attributes.length === 0) throw new DerError(`${what}: an empty part`);
  return attributes;
}

const keyOf = (attributes: readonly ReadAttribute[]) =>
  attributes
    .map(({ key }) => key.replaceAll(/[\\+/]/g, '\\$&'))
    .toSorted()
    .join('+');

/** How strings are compared: caseIgnoreMatch with the preparation of RFC 4518, in what names of certificates have of it. */
function canonical(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll(/\s+/gu, ' ').trim();
}

/** @param element of a string type, whole; null for other types and for what is no string of its type */
function textOf(tag: number, element: Uint8Array): string | null {
  if (!STRING_TYPES.has(tag)) return null;
  const content = new DerReader(element).read(tag, 'string');
  if (content.length > MAX_TEXT) return null;
  const text = decoded(tag, content);
  return text === null || PILED_MARKS.test(text) ? null : text;
}

/**
 * More marks on one letter than any language has (UAX 15, D4); putting them in order takes time that grows with the square of
 * their number.
 */
const PILED_MARKS = /[\p{M}\uFF9E\uFF9F]{31}/u;

function decoded(tag: number, content: Uint8Array): string | null {
  switch (tag) {
    case UTF8_STRING:
      return decodeUtf8(content);
    case BMP_STRING:
      return wide(content, 2);
    case UNIVERSAL_STRING:
      return wide(content, 4);
    case TELETEX_STRING:
      // T.61 in theory; Latin-1 in every certificate that has been issued.
      return latin1(content);
    default:
      return content.every((octet) => octet < 0x80) ? latin1(content) : null;
  }
}

const STRING_TYPES: ReadonlySet<number> = new Set([
  UTF8_STRING,
  PRINTABLE_STRING,
  IA5_STRING,
  NUMERIC_STRING,
  VISIBLE_STRING,
  TELETEX_STRING,
  BMP_STRING,
  UNIVERSAL_STRING,
]);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(content: Uint8Array): string | null {
  try {
    return utf8.decode(content);
  } catch {
    return null;
  }
}

const latin1 = (content: Uint8Array) =>
  Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');

function wide(content: Uint8Array, width: 2 | 4): string | null {
  if (content.length % width !== 0) return null;
  let text = '';
  for (let at = 0; at < content.length; at += width) {
    let point = 0;
    for (let octet = 0; octet < width; octet++) point = point * 256 + (content[at + octet] ?? 0);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return null;
    text += String.fromCodePoint(point);
  }
  return text;
}

/** Whether `name` lies in the subtree below `base`, itself included (RFC 5280, 7.1). */
export function isWithin(name: Name, base: Name): boolean {
  return base.keys.length <= name.keys.length && base.keys.every((key, index) => key === name.keys[index]);
}

/** `CN=Ada Byron, O=Example`, as RFC 4514 has it but in the certificate's order; bounded, without control characters. */
export function nameText(name: Name, maxLength = 256): string {
  return printable(
    name.rdns
      .map((rdn) => rdn.map(({ type, text }) => `${ATTRIBUTE_NAMES[type] ?? type}=${text ?? '?'}`).join('+'))
      .join(', '),
    maxLength,
  );
}

/** The last common name; null where there is none. */
export function commonNameOf(name: Name, maxLength = 256): string | null {
  const attribute = name.rdns.flat().findLast(({ type }) => type === COMMON_NAME);
  return attribute?.text == null ? null : printable(attribute.text, maxLength);
}

export function printable(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
