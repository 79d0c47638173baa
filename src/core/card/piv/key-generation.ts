import type { KeyObject } from 'node:crypto';
import type { CertificateSlot } from '../../contract/card-process.ts';
import type { ApduExchange } from '../apdu-exchange.ts';
import { CardError } from '../card-error.ts';
import { failureOf, STATUS } from '../status-word.ts';
import { encodeTlv } from '../tlv.ts';
import { ALGORITHM_IDENTIFIER, KEY_REFERENCE, type KeyAlgorithm } from './algorithm.ts';
import { parseGeneratedKey } from './public-key.ts';

/**
 * GENERATE ASYMMETRIC KEY PAIR, SP 800-73-4 part 2 section 3.3.1: a new key in the slot, whose old one is gone. Wants the
 * admin key. The certificate object stays as it was: a card whose answer was lost holds a key that its certificate does not
 * belong to, which `provesPossession` finds out.
 */
export async function generateKey(
  exchange: ApduExchange,
  slot: CertificateSlot,
  algorithm: KeyAlgorithm,
): Promise<KeyObject> {
  const control = encodeTlv(0xac, encodeTlv(0x80, Uint8Array.of(ALGORITHM_IDENTIFIER[algorithm])));
  const { data, statusWord } = await exchange.send({
    ins: 0x47,
    p1: 0x00,
    p2: KEY_REFERENCE[slot],
    data: control,
    le: 256,
  });
  if (statusWord === STATUS.incorrectData) throw new CardError({ code: 'not-supported', what: `${algorithm} keys` });
  if (statusWord !== STATUS.success) throw new CardError(failureOf(statusWord, `generation of ${algorithm} keys`));
  return parseGeneratedKey(data, algorithm);
}
