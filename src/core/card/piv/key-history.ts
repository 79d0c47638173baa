import { CardError } from '../card-error.ts';
import { readTlvs, valueWith } from '../tlv.ts';

/** Key history object, SP 800-73-4 part 1 section 3.3.3: retired key management keys in 82 to 95, 20 at most. */
export type KeyHistory = {
  /** Retired keys whose certificates are on the card. */
  readonly onCard: number;
  /** Retired keys whose certificates are elsewhere. */
  readonly offCard: number;
};

const WHAT = 'key history';
const MAX_RETIRED_KEYS = 20;

export function parseKeyHistory(content: Uint8Array): KeyHistory {
  const elements = readTlvs(content, WHAT);
  const count = (tag: number): number => {
    const value = valueWith(elements, tag, WHAT);
    // Issuers leave an element out, or empty, where there is nothing to count.
    if (value === null || value.length === 0) return 0;
    const [number] = value;
    if (number === undefined || value.length > 1 || number > MAX_RETIRED_KEYS) throw malformed();
    return number;
  };
  const history = { onCard: count(0xc1), offCard: count(0xc2) };
  if (history.onCard + history.offCard > MAX_RETIRED_KEYS) throw malformed();
  return history;
}

function malformed(): CardError {
  return new CardError({ code: 'malformed-answer', what: WHAT });
}
