import type { ViewPlace, ViewSnapshot } from '../../core/contract/view.ts';
import type { JourneyName } from '../../core/language/journey-names.ts';

/** Where the user is in the window. */
export type Place =
  | { readonly page: 'home' | 'change-passcode' | 'services' | 'diagnostics' | 'settings' | 'about' }
  | { readonly page: 'journey'; readonly journey: JourneyName };

export const HOME: Place = { page: 'home' };

/** Where the user is taken when the tray or a notification asked for it. */
export function placeOfCall(place: ViewPlace): Place {
  switch (place) {
    case 'home':
    case 'change-passcode':
    case 'services':
      return { page: place };
    case 'help':
      return { page: 'services' };
    case 'unlock':
    case 'renew':
      return { page: 'journey', journey: place };
  }
}

/** What covers the page: at most one, the most urgent. */
export type Cover = 'countdown' | 'unattended' | 'expiry' | 'introduction' | null;

export function coverOf(view: ViewSnapshot): Cover {
  if (view.countdowns.length > 0) return 'countdown';
  if (view.unattended !== null) return 'unattended';
  if (view.alerts.length > 0 && view.phase === 'active') return 'expiry';
  // Whoever stands there with a card comes first; the introduction can wait.
  if (!view.introduced && (view.phase === 'no-card' || view.phase === 'no-reader' || view.phase === 'no-service')) {
    return 'introduction';
  }
  return null;
}
