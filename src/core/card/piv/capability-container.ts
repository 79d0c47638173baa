import { hexOf } from '../../octets.ts';
import { CardError } from '../card-error.ts';
import { readTlvs, valueWith } from '../tlv.ts';

/** Card Capability Container, SP 800-73-4 part 1 section 3.1.1 and table 8. Its other elements are empty or historical. */
export type CapabilityContainer = {
  /** GSC-IS card identifier: 21 bytes in lower-case hex; null if the card gives none. */
  readonly cardIdentifier: string | null;
  /** 0x10 for PIV; null if the card gives none. */
  readonly dataModel: number | null;
};

const WHAT = 'card capability container';

export function parseCapabilityContainer(content: Uint8Array): CapabilityContainer {
  const elements = readTlvs(content, WHAT);
  const identifier = valueWith(elements, 0xf0, WHAT);
  const dataModel = valueWith(elements, 0xf5, WHAT);
  const wrong =
    (identifier !== null && identifier.length !== 0 && identifier.length !== 21) ||
    (dataModel !== null && dataModel.length > 1);
  if (wrong) throw new CardError({ code: 'malformed-answer', what: WHAT });
  return {
    cardIdentifier: identifier === null || identifier.length === 0 ? null : hexOf(identifier),
    dataModel: dataModel?.[0] ?? null,
  };
}
