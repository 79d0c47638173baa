import type { ViewPlace, ViewSnapshot } from '../../core/contract/view.ts';
import type { JourneyName } from '../../core/language/journey-names.ts';
import { canUnlockHere, isOver, isUnderWay } from '../unlock/which-page.ts';

/** Where the user is in the window. */
export type Place =
  | { readonly page: 'home' | 'change-passcode' | 'services' | 'ra' | 'unlock' | 'diagnostics' | 'settings' | 'about' }
  | { readonly page: 'journey'; readonly journey: JourneyName };

export const HOME: Place = { page: 'home' };

type Unlocking = Pick<ViewSnapshot, 'unlock' | 'unlockingBy' | 'readers'>;

/** Where the user is taken when the tray or a notification asked for it. @param at where they are */
export function placeOfCall(place: ViewPlace, view: Unlocking, at: Place): Place {
  switch (place) {
    case 'home':
      return keepsWhereItIs(at, view) ? at : HOME;
    case 'change-passcode':
    case 'services':
      return { page: place };
    case 'help':
      return { page: 'services' };
    case 'unlock':
      return canUnlockHere(view) ? { page: 'unlock' } : { page: 'journey', journey: 'unlock' };
    case 'renew':
      return { page: 'journey', journey: place };
  }
}

/** The page for RAs asks for a card, and whoever puts it in goes on there. */
const keepsWhereItIs = ({ page }: Place, view: Unlocking) =>
  page === 'ra' || (page === 'unlock' && keepsAtUnlock(view));

/** A card that is put back in for its unlock calls for its user, as every card does: who is at it already stays there. */
const keepsAtUnlock = ({ unlock, readers }: Unlocking) =>
  // The readers are ahead of the unlock by the moment in which it hears of them.
  unlock !== null && (!isOver(unlock) || readers.some(({ card }) => card?.cardId === unlock.cardId));

/** Where a window opens: at an unlock that is under way, which a window before this one began. */
export const firstPlace = ({ unlock }: Unlocking): Place => (isUnderWay(unlock) ? { page: 'unlock' } : HOME);

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
