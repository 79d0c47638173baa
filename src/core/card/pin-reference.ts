import { DISCOVERY } from './piv/data-object.ts';
import { type PinUsagePolicy, parseDiscovery } from './piv/discovery.ts';
import { PIN_REFERENCE, type PinReference } from './piv/pin.ts';
import type { PivCard } from './piv/piv-card.ts';
import { nullIfRefused } from './refusal.ts';

/** What the card says about its PINs; null if it says nothing, or nothing that can be understood. */
export async function readPinUsagePolicy(card: PivCard): Promise<PinUsagePolicy | null> {
  return await nullIfRefused(async () => {
    const content = await card.read(DISCOVERY);
    return content === null ? null : parseDiscovery(content);
  });
}

/** The PIN that the card's holder knows: the application PIN, which every card has, unless the card says otherwise. */
export function primaryPin(policy: PinUsagePolicy | null): PinReference {
  return policy?.globalIsPrimary === true ? PIN_REFERENCE.global : PIN_REFERENCE.application;
}
