import type { AgentPhase } from '../../core/agent/phases.ts';
import { chooseReader, goTo, useWindow } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button, TextButton } from '../elements/button.tsx';
import { Contact } from '../elements/contact.tsx';
import { PageButton } from '../elements/page-link.tsx';
import { Blocked } from './blocked.tsx';
import { Certificates } from './certificates.tsx';
import { Notices } from './notices.tsx';
import { SignIn } from './sign-in.tsx';
import { type BannerTone, StateBanner } from './state-banner.tsx';
import { Trouble, whoHelpsWith } from './trouble.tsx';
import { holderOf, type Occupied, whichCard } from './which-card.ts';

/** The card at a glance: whose it is, whether it is all right, what to do now. */
export function Panel() {
  const view = useView();
  const { shown, others } = whichCard(
    view,
    useWindow((window) => window.shown),
  );
  // Without a card, or with a locked desktop, the agent's own phase says it all.
  const phase: AgentPhase = shown === null || view.phase === 'locked' ? view.phase : shown.phase;
  return (
    <div className="wk-panel">
      <Notices />
      <Banner phase={phase} shown={shown} />
      {shown !== null && phase !== 'locked' && <CardActions key={stayOf(shown)} shown={shown} />}
      {(phase === 'no-service' || phase === 'no-reader') && (
        <Button look="secondary" onClick={() => goTo({ page: 'diagnostics' })}>
          <Text of="panel.checkComputer" />
        </Button>
      )}
      {phase !== 'locked' && others.length > 0 && <OtherCards others={others} />}
    </div>
  );
}

/** What was typed for one card must not be there when another is in its reader. */
const stayOf = ({ reader, card }: Occupied) => `${reader} ${card?.cardId ?? card?.atr ?? ''}`;

function Text({ of }: { of: 'panel.checkComputer' | 'panel.readAgain' }) {
  return <>{useLanguage().text(of)}</>;
}

function toneOf(phase: AgentPhase): BannerTone {
  if (phase === 'active') return 'good';
  if (phase === 'blocked' || phase === 'certificate-trouble' || phase === 'no-service') return 'bad';
  return 'plain';
}

function Banner({ phase, shown }: { phase: AgentPhase; shown: Occupied | null }) {
  const view = useView();
  const { text, time } = useLanguage();
  if (view.failedAction !== null) {
    return (
      <StateBanner shows="alarm" tone="bad" title={text('desktop.failed.title')} takesFocus>
        <p role="alert">{text('desktop.failed.body')}</p>
        <Button look="warning" onClick={() => void bridge.request({ command: 'lock-now' })}>
          {text('panel.lockNow')}
        </Button>
      </StateBanner>
    );
  }
  const holder = holderOf(shown?.card ?? null, view.signInSlot);
  const since = shown?.card?.activeSince ?? null;
  const next = phase === 'active' ? text(`panel.whenPulled.${view.whenPulled}`) : text(`panel.next.${phase}`);
  return (
    <StateBanner
      shows={phase}
      tone={toneOf(phase)}
      title={text(`panel.state.${phase}`)}
      takesFocus={phase !== 'awaiting-passcode'}
    >
      {holder !== null && phase !== 'locked' && (
        <p className="wk-banner__whose">{text('panel.whose', { name: holder })}</p>
      )}
      {since !== null && phase === 'active' && <p>{text('panel.signedInSince', { time: time(since) })}</p>}
      {next !== '' && <p>{next}</p>}
    </StateBanner>
  );
}

/** What can be done with this card now; the first is the primary one. */
function CardActions({ shown }: { shown: Occupied }) {
  const view = useView();
  const { text } = useLanguage();
  const { reader, phase, card } = shown;
  switch (phase) {
    case 'awaiting-passcode':
    case 'checking':
      if (card === null || card.cardId === null) return null;
      return (
        <>
          {card.trouble?.startsWith('Certificate_') === true && <Trouble code={card.trouble} />}
          <SignIn reader={reader} card={card} cardId={card.cardId} checking={phase === 'checking'} />
        </>
      );
    case 'active':
      return (
        <>
          {/* Where locking has failed, the banner has this button already. */}
          {view.failedAction === null && (
            <Button onClick={() => void bridge.request({ command: 'lock-now' })}>{text('panel.lockNow')}</Button>
          )}
          {card !== null && <Certificates certificates={card.certificates} />}
          {mayRenew(card?.certificates ?? [], view.renewalDays) && (
            <Button look="secondary" onClick={() => goTo({ page: 'journey', journey: 'renew' })}>
              {text('panel.renew')}
            </Button>
          )}
          <p className="wk-beside">
            <TextButton onClick={() => goTo({ page: 'change-passcode' })}>{text('panel.changePasscode')}</TextButton>
          </p>
        </>
      );
    case 'blocked':
      return <Blocked cardId={card?.cardId ?? null} />;
    case 'certificate-trouble':
      return (
        <>
          {card?.trouble != null && <Trouble code={card.trouble} />}
          <Contact who={whoHelpsWith(card?.trouble ?? null)} />
          {card !== null && <Certificates certificates={card.certificates} />}
          {view.organisation.pages.includes('help') && (
            <PageButton page="help" look="secondary">
              {text('common.help')}
            </PageButton>
          )}
        </>
      );
    case 'mute':
    case 'unreadable':
      return (
        <Button look="secondary" onClick={() => void bridge.request({ command: 'read-again', reader })}>
          <Text of="panel.readAgain" />
        </Button>
      );
    case 'awaiting-insertion':
    case 'reading':
    case 'unsupported':
      return null;
  }
}

const mayRenew = (certificates: ReadonlyArray<{ daysLeft: number | null }>, renewalDays: number) =>
  certificates.some(({ daysLeft }) => daysLeft !== null && daysLeft >= 0 && daysLeft <= renewalDays);

function OtherCards({ others }: { others: readonly Occupied[] }) {
  const { text } = useLanguage();
  const { signInSlot } = useView();
  return (
    <section className="wk-others" aria-labelledby="other-cards">
      <h2 id="other-cards" className="nhsuk-heading-s">
        {text('panel.otherCards')}
      </h2>
      <ul className="wk-others__list">
        {others.map(({ reader, phase, card }) => (
          <li key={reader} className="wk-other">
            <span className="wk-other__words">
              <strong>{holderOf(card, signInSlot) ?? reader}</strong>
              <span>{text(`panel.state.${phase}`)}</span>
            </span>
            <Button look="secondary" onClick={() => chooseReader(reader)}>
              {text('panel.useThisCard', { reader })}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
