import type { JourneyName } from '../../core/language/journey-names.ts';
import { journeysForNow } from '../../core/services/for-you-now.ts';
import { type Renewal, renewalOf } from '../../core/services/renewal.ts';
import { useWindow } from '../app/store.ts';
import { useView } from '../app/view.ts';
import { type Occupied, whichCard } from '../card/which-card.ts';

/** The card that the panel is about. */
export function useShownCard(): Occupied | null {
  const shown = useWindow((window) => window.shown);
  return whichCard(useView(), shown).shown;
}

export function useRenewal(): Renewal {
  const shown = useShownCard();
  const { renewalDays } = useView();
  return renewalOf(shown?.card ?? null, shown?.phase === 'blocked', renewalDays);
}

export function useForYouNow(): readonly JourneyName[] {
  const shown = useShownCard();
  const renewal = useRenewal();
  return journeysForNow(shown?.phase ?? null, renewal);
}
