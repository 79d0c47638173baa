import type { CertificateSlot } from '../../contract/card-process.ts';
import { concatOctets, octetsOf } from '../../octets.ts';
import type { CommandApdu } from '../apdu.ts';
import { encodeTlv, readOnly, readOnlyOfPart } from '../tlv.ts';

/** A data object of the PIV application, SP 800-73-4 part 1 table 3. `name` goes into failures. */
export type DataObject = { readonly tag: number; readonly name: string };

export const CHUID: DataObject = { tag: 0x5fc102, name: 'CHUID' };
export const CAPABILITY_CONTAINER: DataObject = { tag: 0x5fc107, name: 'card capability container' };
export const KEY_HISTORY: DataObject = { tag: 0x5fc10c, name: 'key history' };
export const DISCOVERY: DataObject = { tag: 0x7e, name: 'discovery object' };
export const CERTIFICATE: Readonly<Record<CertificateSlot, DataObject>> = {
  '9A': { tag: 0x5fc105, name: 'certificate 9A' },
  '9C': { tag: 0x5fc10a, name: 'certificate 9C' },
  '9D': { tag: 0x5fc10b, name: 'certificate 9D' },
  '9E': { tag: 0x5fc101, name: 'certificate 9E' },
};

const CONTENT = 0x53;
const TAG_LIST = 0x5c;

/** GET DATA, SP 800-73-4 part 2 section 3.1.2. */
export function getData(object: DataObject): CommandApdu {
  return { ins: 0xcb, p1: 0x3f, p2: 0xff, data: tagList(object), le: 256 };
}

/** PUT DATA, SP 800-73-4 part 2 section 3.3.2: replaces the whole object; chained when it is long. Wants the admin key. */
export function putData(object: DataObject, content: Uint8Array): CommandApdu {
  const wrapped = object === DISCOVERY ? encodeTlv(DISCOVERY.tag, content) : encodeTlv(CONTENT, content);
  return { ins: 0xdb, p1: 0x3f, p2: 0xff, data: concatOctets(tagList(object), wrapped) };
}

/** What is inside the template that GET DATA answers; the discovery object is its own template. */
export function contentOf(object: DataObject, answer: Uint8Array): Uint8Array {
  return readOnly(answer, templateOf(object), object.name);
}

/** As {@link contentOf}, for the beginning of an answer. */
export function contentOfPart(object: DataObject, answer: Uint8Array): Uint8Array {
  return readOnlyOfPart(answer, templateOf(object), object.name);
}

/** Whether an answer begins like this object: another application may answer GET DATA with something of its own. */
export function looksLike(object: DataObject, answer: Uint8Array): boolean {
  return answer[0] === templateOf(object);
}

function templateOf(object: DataObject): number {
  return object === DISCOVERY ? DISCOVERY.tag : CONTENT;
}

function tagList({ tag }: DataObject): Uint8Array {
  return encodeTlv(TAG_LIST, octetsOf(tag, tag > 0xffff ? 3 : 1));
}
