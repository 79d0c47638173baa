import type { CardPhase } from '../agent/phases.ts';
import type { JourneyName } from '../language/journey-names.ts';
import type { Renewal } from './renewal.ts';

/** The journeys that make sense for the card as it is now, the most likely first. @param phase null: no card is in */
export function journeysForNow(phase: CardPhase | null, renewal: Renewal): readonly JourneyName[] {
  const renew: readonly JourneyName[] = renewal.state === 'now' || renewal.state === 'expired' ? ['renew'] : [];
  switch (phase) {
    case null:
    case 'empty':
      return ['lost-card', 'other-authenticators'];
    case 'blocked':
      return ['unlock', ...renew];
    case 'awaiting-passcode':
    case 'awaiting-insertion':
      return [...renew, 'unlock', 'change-passcode'];
    case 'active':
      return [...renew, 'change-passcode'];
    case 'certificate-trouble':
      return renew;
    case 'mute':
    case 'reading':
    case 'unsupported':
    case 'unreadable':
    case 'checking':
      return [];
  }
}
