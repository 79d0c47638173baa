import { hexOf } from '../../octets.ts';
import type { CommandApdu } from '../apdu.ts';
import { readOnly, readTlvs, valueWith } from '../tlv.ts';

/** The PIV card application, SP 800-73-4 part 1 section 2.2: registered provider, 'PIV', and version 01 00. */
const AID = Uint8Array.of(0xa0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00);
const VERSION_OCTETS = 2;

const WHAT = 'application property template';

export type ApplicationProperties = {
  /** Of the application, in hex, as the card gives it; null if it does not. */
  readonly aid: string | null;
  /** Printable ASCII, at most 128 characters. */
  readonly label: string | null;
  /** Where the card's maker documents it; bounded like the label. */
  readonly url: string | null;
  /** Algorithm identifiers (SP 800-78-4 table 6-2) that the card says it has; empty if it does not say. */
  readonly algorithms: readonly number[];
};

export const NO_PROPERTIES: ApplicationProperties = { aid: null, label: null, url: null, algorithms: [] };

/** SELECT by the full AID, and by the right-truncated one for cards whose application has another version. */
export function selectCommands(): readonly [CommandApdu, CommandApdu] {
  return [selectByName(AID), selectByName(AID.subarray(0, AID.length - VERSION_OCTETS))];
}

function selectByName(aid: Uint8Array): CommandApdu {
  return { ins: 0xa4, p1: 0x04, p2: 0x00, data: aid, le: 256 };
}

/** Parses SELECT's answer (61), SP 800-73-4 part 2 section 3.1.1 table 3. Order and unknown elements do not matter. */
export function parseApplicationProperties(answer: Uint8Array): ApplicationProperties {
  const elements = readTlvs(readOnly(answer, 0x61, WHAT), WHAT);
  const aid = valueWith(elements, 0x4f, WHAT);
  const algorithms = valueWith(elements, 0xac, WHAT);
  return {
    aid: aid === null ? null : hexOf(aid),
    label: printable(valueWith(elements, 0x50, WHAT)),
    url: printable(valueWith(elements, 0x5f50, WHAT)),
    algorithms: algorithms === null ? [] : algorithmsOf(algorithms),
  };
}

function algorithmsOf(list: Uint8Array): number[] {
  return readTlvs(list, WHAT).flatMap(({ tag, value }) => (tag === 0x80 ? [...value] : []));
}

function printable(text: Uint8Array | null): string | null {
  if (text === null || text.length === 0 || text.length > 128) return null;
  return text.every((octet) => octet >= 0x20 && octet <= 0x7e) ? String.fromCharCode(...text) : null;
}
