import { CardError } from '../card-error.ts';
import { readTlvs, valueWith } from '../tlv.ts';

/** The PIN usage policy of the discovery object, SP 800-73-4 part 1 section 3.3.2. */
export type PinUsagePolicy = {
  readonly applicationPin: boolean;
  readonly globalPin: boolean;
  /** The PIN that the card holder knows is the global one (key reference 00). */
  readonly globalIsPrimary: boolean;
};

const WHAT = 'discovery object';
const PIN_USAGE_POLICY = 0x5f2f;

/** `content` is what stands inside 7E. */
export function parseDiscovery(content: Uint8Array): PinUsagePolicy {
  const policy = valueWith(readTlvs(content, WHAT), PIN_USAGE_POLICY, WHAT);
  const [usage, primary] = policy ?? [];
  if (usage === undefined || primary === undefined || policy?.length !== 2) {
    throw new CardError({ code: 'malformed-answer', what: WHAT });
  }
  const globalPin = (usage & 0x20) !== 0;
  return { applicationPin: (usage & 0x40) !== 0, globalPin, globalIsPrimary: globalPin && primary === 0x20 };
}
