import { AUTHENTICATORS, type JourneyName } from '../../core/language/journey-names.ts';
import { ASSURANCE, isAuthenticator, JOURNEY_OF } from '../../core/services/journeys.ts';
import type { Place } from '../app/places.ts';
import { goTo } from '../app/store.ts';
import { useLanguage } from '../app/view.ts';
import { Back } from '../elements/back.tsx';
import { Contact } from '../elements/contact.tsx';
import { Heading } from '../elements/heading.tsx';
import { CardNow } from './card-now.tsx';
import { JourneyAction } from './journey-action.tsx';
import { Row, Rows } from './rows.tsx';
import { useRenewal } from './use-card-now.ts';

/** One journey: the answer and the one thing to do now, then who does it, what is needed, the steps, and what to know. */
export function Journey({ journey }: { journey: JourneyName }) {
  const { text } = useLanguage();
  const { parent, contact } = JOURNEY_OF[journey];
  const renewal = useRenewal();
  // Steps that no longer lead anywhere are not shown to a person who would follow them.
  const tooLate = journey === 'renew' && renewal.state === 'expired';
  const back: Place = parent === null ? { page: 'services' } : { page: 'journey', journey: parent };
  return (
    // Another journey is another page: its heading takes the focus.
    <article key={journey} className="wk-journey">
      <Back to={back} />
      <Heading>{text(`journeys.${journey}.title`)}</Heading>
      <p className="wk-journey__answer">{text(`journeys.${journey}.answer`)}</p>
      <CardNow journey={journey} />
      {journey !== 'other-authenticators' && <JourneyAction journey={journey} />}
      {!tooLate && <Guidance journey={journey} />}
      {journey === 'other-authenticators' && <Authenticators />}
      <h2 className="nhsuk-heading-s">{text('services.whoHelps')}</h2>
      <Contact who={contact} />
    </article>
  );
}

function Guidance({ journey }: { journey: JourneyName }) {
  const { text, list } = useLanguage();
  return (
    <>
      <dl className="wk-facts">
        <dt>{text('services.who')}</dt>
        <dd>{text(`journeys.${journey}.who`)}</dd>
        {isAuthenticator(journey) && (
          <>
            <dt>{text('services.level')}</dt>
            <dd>{text(`services.assuranceMeans.${ASSURANCE[journey]}`)}</dd>
          </>
        )}
        <dt>{text('services.have')}</dt>
        <dd>
          <Points points={list(`journeys.${journey}.have`)} />
        </dd>
      </dl>
      <h2 className="nhsuk-heading-s">{text('services.steps')}</h2>
      <ol className="wk-steps">
        {list(`journeys.${journey}.steps`).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <h2 className="nhsuk-heading-s">{text('services.know')}</h2>
      <Points points={list(`journeys.${journey}.know`)} />
    </>
  );
}

function Points({ points }: { points: readonly string[] }) {
  return (
    <ul className="wk-points">
      {points.map((point) => (
        <li key={point}>{point}</li>
      ))}
    </ul>
  );
}

function Authenticators() {
  const { text } = useLanguage();
  return (
    <Rows title={text('services.authenticators')}>
      {AUTHENTICATORS.map((journey) => (
        <Row
          key={journey}
          title={text(`journeys.${journey}.title`)}
          hint={text(`services.assurance.${ASSURANCE[journey]}`)}
          onClick={() => goTo({ page: 'journey', journey })}
        />
      ))}
    </Rows>
  );
}
