import { DerError } from '../der/der-error.ts';
import { DerReader } from '../der/der-reader.ts';
import { objectIdentifier } from '../der/der-values.ts';
import { context, contextConstructed, OBJECT_IDENTIFIER, SEQUENCE, UTF8_STRING } from '../der/tags.ts';
import { type Name, readName } from './name.ts';

const MAX_NAMES = 4_096;

/** GeneralName (RFC 5280, 4.2.1.6). Texts are IA5; a name of a kind that we do not compare keeps its tag alone. */
export type GeneralName =
  | { readonly kind: 'directory'; readonly name: Name }
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly text: string }
  | { readonly kind: 'ip'; readonly octets: Uint8Array }
  /** `text`: the value, where it is one UTF8String, as the user principal name is; null for all others. */
  | { readonly kind: 'other'; readonly type: string; readonly text: string | null }
  | { readonly kind: 'x400' | 'edi' | 'registered' };

/** @param reader inside GeneralNames */
export function readGeneralNames(reader: DerReader, what: string): readonly GeneralName[] {
  const names: GeneralName[] = [];
  while (!reader.atEnd) {
    if (names.length === MAX_NAMES) throw new DerError(`${what}: too many names`);
    names.push(readGeneralName(reader, what));
  }
  if (names.length === 0) throw new DerError(`${what}: no name`);
  return names;
}

export function readGeneralName(reader: DerReader, what: string): GeneralName {
  const tag = reader.peek();
  switch (tag) {
    case contextConstructed(0):
      return otherName(reader.enter(tag, what), what);
    case context(1):
      return { kind: 'email', text: ia5(reader.read(tag, what), what) };
    case context(2):
      return { kind: 'dns', text: ia5(reader.read(tag, what), what) };
    case contextConstructed(3):
      reader.read(tag, what);
      return { kind: 'x400' };
    case contextConstructed(4): {
      // A CHOICE is tagged explicitly.
      const inner = reader.enter(tag, what);
      const name = readName(inner, what);
      inner.end(what);
      return { kind: 'directory', name };
    }
    case contextConstructed(5):
      reader.read(tag, what);
      return { kind: 'edi' };
    case context(6):
      return { kind: 'uri', text: ia5(reader.read(tag, what), what) };
    case context(7):
      return { kind: 'ip', octets: reader.read(tag, what) };
    case context(8):
      objectIdentifier(reader.read(tag, what), what);
      return { kind: 'registered' };
    default:
      throw new DerError(`${what}: no name`);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function otherName(reader: DerReader, what: string): GeneralName {
  const type = objectIdentifier(reader.read(OBJECT_IDENTIFIER, what), what);
  const value = reader.enter(contextConstructed(0), what);
  reader.end(what);
  const tag = value.peek();
  let text: string | null = null;
  if (tag === UTF8_STRING) {
    try {
      text = utf8.decode(value.read(tag, what));
    } catch {
      throw new DerError(`${what}: no UTF-8`);
    }
  } else value.element(what);
  value.end(what);
  return { kind: 'other', type, text };
}

function ia5(content: Uint8Array, what: string): string {
  // A NUL or a space inside a host name has cheated validators before.
  if (content.some((octet) => octet < 0x20 || octet >= 0x7f)) throw new DerError(`${what}: no IA5 text`);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');
}

/** The names in `der`, a whole SEQUENCE of them. */
export function parseGeneralNames(der: Uint8Array, what: string): readonly GeneralName[] {
  const outer = new DerReader(der);
  const names = outer.enter(SEQUENCE, what);
  outer.end(what);
  return readGeneralNames(names, what);
}
