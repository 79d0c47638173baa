import type { JourneyName } from '../../core/language/journey-names.ts';
import type { Translator } from '../../core/language/translator.ts';
import type { Renewal } from '../../core/services/renewal.ts';
import { useLanguage, useView } from '../app/view.ts';
import { useRenewal, useShownCard } from './use-card-now.ts';

/** What a journey means for the card that is in the reader now. */
export function CardNow({ journey }: { journey: JourneyName }) {
  switch (journey) {
    case 'renew':
      return <RenewalNow />;
    case 'unlock':
      return <UnlockingNow />;
    case 'change-passcode':
      return <ChangingNow />;
    default:
      return null;
  }
}

function RenewalNow() {
  const translator = useLanguage();
  const { renewalDays } = useView();
  const renewal = useRenewal();
  const bad = renewal.state === 'expired' || renewal.state === 'blocked';
  return (
    <Now tone={bad ? 'bad' : renewal.state === 'now' ? 'soon' : 'plain'}>
      <p>{renewalSentence(renewal, translator)}</p>
      {renewal.state !== 'expired' && <p>{translator.text('services.renewalWindow', { count: renewalDays })}</p>}
    </Now>
  );
}

function renewalSentence(renewal: Renewal, { text, date }: Translator): string {
  switch (renewal.state) {
    case 'now':
      return renewal.daysLeft === 0
        ? text('services.renewal.today')
        : text('services.renewal.now', { count: renewal.daysLeft, date: date(renewal.notAfter) });
    case 'not-yet':
      return text('services.renewal.not-yet', { date: date(renewal.notAfter), from: date(renewal.from) });
    case 'expired':
      return text('services.renewal.expired', { date: date(renewal.notAfter) });
    case 'no-card':
    case 'unknown':
    case 'blocked':
      return text(`services.renewal.${renewal.state}`);
  }
}

function UnlockingNow() {
  const { text } = useLanguage();
  const shown = useShownCard();
  switch (shown?.phase) {
    case undefined:
      return <Now>{text('services.unlocking.no-card')}</Now>;
    case 'blocked':
      return <Now tone="bad">{text('services.unlocking.blocked')}</Now>;
    case 'awaiting-passcode':
    case 'awaiting-insertion':
    case 'active':
      return <Now>{text('services.unlocking.working')}</Now>;
    case 'mute':
    case 'reading':
    case 'unsupported':
    case 'unreadable':
    case 'checking':
    case 'certificate-trouble':
      return null;
  }
}

function ChangingNow() {
  const { text } = useLanguage();
  return useShownCard()?.phase === 'blocked' ? <Now tone="bad">{text('services.changing.blocked')}</Now> : null;
}

function Now({ tone = 'plain', children }: { tone?: 'plain' | 'soon' | 'bad'; children: React.ReactNode }) {
  const { text } = useLanguage();
  return (
    <section className={`wk-now wk-now--${tone}`} aria-labelledby="card-now">
      <h2 id="card-now" className="nhsuk-heading-xs wk-now__title">
        {text('services.cardNow')}
      </h2>
      {children}
    </section>
  );
}
