import type { JourneyName } from '../../core/language/journey-names.ts';
import { JOURNEY_OF } from '../../core/services/journeys.ts';
import { goTo } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { PageButton } from '../elements/page-link.tsx';
import { openUnlock } from '../unlock/open-unlock.ts';
import { useRenewal, useShownCard } from './use-card-now.ts';

/** The one thing to do now, where there is one. */
export function JourneyAction({ journey }: { journey: JourneyName }) {
  const { text } = useLanguage();
  const { organisation, unlockingBy } = useView();
  const { pages } = organisation;
  const { page, action } = JOURNEY_OF[journey];
  const blocked = useShownCard()?.phase === 'blocked';
  const renewal = useRenewal();
  if ((action !== null && blocked) || (journey === 'renew' && renewal.state === 'blocked')) {
    return <Button onClick={() => goTo({ page: 'journey', journey: 'unlock' })}>{text('services.open.unlock')}</Button>;
  }
  if (action !== null) {
    return <Button onClick={() => goTo({ page: action })}>{text(`services.open.${action}`)}</Button>;
  }
  if (journey === 'unlock' && unlockingBy === 'in-app') {
    return blocked ? <Button onClick={openUnlock}>{text('services.open.unlock')}</Button> : null;
  }
  // Outside its window the page would only refuse: what holds for this card is said above.
  if (journey === 'renew' && renewal.state !== 'now' && renewal.state !== 'unknown') return null;
  if (page === null) return null;
  if (!pages.includes(page)) return <p>{text('services.noPage')}</p>;
  return <PageButton page={page}>{text(`services.open.${page}`)}</PageButton>;
}
