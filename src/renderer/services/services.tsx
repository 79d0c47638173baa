import type { JourneyName } from '../../core/language/journey-names.ts';
import { GROUPS, JOURNEY_GROUPS, JOURNEY_OF } from '../../core/services/journeys.ts';
import { goTo } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { Heading } from '../elements/heading.tsx';
import { PageButton } from '../elements/page-link.tsx';
import { openRaPage } from '../ra/ra-sign-in.ts';
import { Row, Rows } from './rows.tsx';
import { useForYouNow } from './use-card-now.ts';

/** Everything that can be done about a card: what makes sense now first, then all of it in groups. */
export function Services() {
  const { text } = useLanguage();
  const { organisation, phase, raDesk } = useView();
  const now = useForYouNow();
  const computerFirst =
    phase === 'no-service' ||
    phase === 'no-reader' ||
    phase === 'mute' ||
    phase === 'unreadable' ||
    phase === 'unsupported';
  return (
    <>
      <Heading>{text('common.help')}</Heading>
      {(now.length > 0 || computerFirst) && (
        <Rows title={text('services.forYouNow')} strong>
          {computerFirst && <ComputerRow />}
          {now.map((journey) => (
            <JourneyRow key={journey} journey={journey} />
          ))}
        </Rows>
      )}
      {GROUPS.map((group) => (
        <Rows key={group} title={text(`services.group.${group}`)}>
          {JOURNEY_GROUPS[group].map((journey) => (
            <JourneyRow key={journey} journey={journey} />
          ))}
        </Rows>
      ))}
      <Rows title={text('services.computer')}>
        <ComputerRow />
      </Rows>
      {raDesk && (
        <Rows title={text('ra.rows')}>
          <Row title={text('ra.row')} hint={text('ra.rowHint')} onClick={openRaPage} />
        </Rows>
      )}
      {organisation.pages.includes('help') && (
        <PageButton page="help" look="secondary">
          {text('services.open.help')}
        </PageButton>
      )}
    </>
  );
}

function JourneyRow({ journey }: { journey: JourneyName }) {
  const { text } = useLanguage();
  return (
    <Row
      title={text(`journeys.${journey}.title`)}
      hint={text(`services.doer.${JOURNEY_OF[journey].doer}`)}
      onClick={() => goTo({ page: 'journey', journey })}
    />
  );
}

function ComputerRow() {
  const { text } = useLanguage();
  return (
    <Row
      title={text('common.diagnostics')}
      hint={text('services.computerHint')}
      onClick={() => goTo({ page: 'diagnostics' })}
    />
  );
}
