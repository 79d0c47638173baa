import { concatOctets } from '../../octets.ts';
import type { ApduExchange } from '../apdu-exchange.ts';
import { CardError, type CardFailure } from '../card-error.ts';
import { failureOf, STATUS } from '../status-word.ts';
import { encodeTlv, readOnly, readTlvs, type Tlv, valueWith } from '../tlv.ts';

/** Elements of the dynamic authentication template (7C), SP 800-73-4 part 2 section 3.2.4 table 7. */
export const AUTHENTICATION = { witness: 0x80, challenge: 0x81, response: 0x82, exponentiation: 0x85 } as const;

const TEMPLATE = 0x7c;
const NOTHING = new Uint8Array(0);

/** An element that asks the card for its value. */
export function wanted(tag: number): Tlv {
  return { tag, value: NOTHING };
}

/**
 * GENERAL AUTHENTICATE, SP 800-73-4 part 2 section 3.2.4. Resolves with the answer's elements; an answer without data is no
 * element. The input is chained when it is long.
 */
export async function generalAuthenticate(
  exchange: ApduExchange,
  key: { readonly algorithm: number; readonly reference: number },
  input: readonly Tlv[],
): Promise<readonly Tlv[]> {
  const data = encodeTlv(TEMPLATE, concatOctets(...input.map(({ tag, value }) => encodeTlv(tag, value))));
  const { data: answer, statusWord } = await exchange.send({
    ins: 0x87,
    p1: key.algorithm,
    p2: key.reference,
    data,
    le: 256,
  });
  if (statusWord !== STATUS.success) throw new CardError(refusalOf(statusWord, key));
  const what = 'dynamic authentication template';
  return answer.length === 0 ? [] : readTlvs(readOnly(answer, TEMPLATE, what), what);
}

/** The element of an answer that cannot do without it. */
export function answerOf(answer: readonly Tlv[], tag: number): Uint8Array {
  const value = valueWith(answer, tag, 'dynamic authentication template');
  if (value === null) throw new CardError({ code: 'malformed-answer', what: 'dynamic authentication template' });
  return value;
}

/**
 * An empty slot is 6A86 to one card, 6985 to another and 6982 to a third, which is also what a missing PIN is; 6A86 is also
 * a key of another kind. What can be told apart, is.
 */
function refusalOf(statusWord: number, key: { readonly algorithm: number; readonly reference: number }): CardFailure {
  const what = `key ${hex(key.reference)} for algorithm ${hex(key.algorithm)}`;
  switch (statusWord) {
    case STATUS.incorrectP1P2:
    case STATUS.conditionsOfUseNotSatisfied:
      return { code: 'object-absent', what };
    default:
      return failureOf(statusWord, what);
  }
}

function hex(octet: number): string {
  return octet.toString(16).toUpperCase().padStart(2, '0');
}
