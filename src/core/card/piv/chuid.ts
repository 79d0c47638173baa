import { hexOf } from '../../octets.ts';
import { CardError } from '../card-error.ts';
import { readTlvs, readTlvsOfPart, type Tlv, valueWith } from '../tlv.ts';

/** Card Holder Unique Identifier, SP 800-73-4 part 1 section 3.1.2 and table 9. */
export type Chuid = {
  /** 25 bytes in lower-case hex; null if the card has none. */
  readonly fascn: string | null;
  /** 16 bytes in lower-case hex; null if the card has none or only zeros, which many cards share. */
  readonly guid: string | null;
  /** YYYYMMDD; null if the card gives none, or eight bytes that are no digits. */
  readonly expires: string | null;
};

const WHAT = 'CHUID';
const FASCN = { tag: 0x30, length: 25 };
const GUID = { tag: 0x34, length: 16 };
const EXPIRY = { tag: 0x35, length: 8 };

/** Any order, unknown elements ignored; a wrong length of a known one is 'malformed-answer'. The signature is not judged here. */
export function parseChuid(content: Uint8Array): Chuid {
  return chuidOf(readTlvs(content, WHAT));
}

/** The same from the beginning of a CHUID (its issuer's signature, which is most of it, comes last); null if more is needed. */
export function parseChuidBeginning(content: Uint8Array): Chuid | null {
  const elements = readTlvsOfPart(content, WHAT);
  const all = [FASCN, GUID, EXPIRY].every(({ tag }) => elements.some((element) => element.tag === tag));
  return all ? chuidOf(elements) : null;
}

function chuidOf(elements: readonly Tlv[]): Chuid {
  const fascn = fieldOf(elements, FASCN);
  const guid = fieldOf(elements, GUID);
  const expires = fieldOf(elements, EXPIRY);
  return {
    fascn: fascn === null ? null : hexOf(fascn),
    guid: guid === null || guid.every((octet) => octet === 0) ? null : hexOf(guid),
    expires: expires?.every((octet) => octet >= 0x30 && octet <= 0x39) ? String.fromCharCode(...expires) : null,
  };
}

function fieldOf(
  elements: readonly Tlv[],
  field: { readonly tag: number; readonly length: number },
): Uint8Array | null {
  const value = valueWith(elements, field.tag, WHAT);
  if (value !== null && value.length !== field.length) throw new CardError({ code: 'malformed-answer', what: WHAT });
  return value;
}
