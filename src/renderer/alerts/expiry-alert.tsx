import expiring from '../../../assets/tray/expiring.svg';
import { goTo } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button } from '../elements/button.tsx';
import { Contact } from '../elements/contact.tsx';
import { Heading } from '../elements/heading.tsx';
import { PageButton } from '../elements/page-link.tsx';

/** From this rung on the alert is stronger. In days. */
const STRONG_DAYS = 30;

/** A certificate of the card that is signed in runs out: once a login, one certificate after the other. */
export function ExpiryAlert() {
  const { alerts, organisation } = useView();
  const { text, date } = useLanguage();
  const [alert] = alerts.toSorted((a, b) => a.daysLeft - b.daysLeft);
  if (alert === undefined) return null;
  const { id, slot, daysLeft, notAfter } = alert;
  const dismiss = () => void bridge.request({ command: 'dismiss-alert', id });
  return (
    <div
      key={id}
      className={`wk-cover wk-alert${daysLeft <= STRONG_DAYS ? ' wk-alert--strong' : ''}`}
      role="alertdialog"
      aria-labelledby="alert-title"
      aria-describedby="alert-body"
    >
      <img className="wk-alert__picture" src={expiring} alt="" />
      <div id="alert-title">
        <Heading>{daysLeft === 0 ? text('alerts.titleToday') : text('alerts.title', { count: daysLeft })}</Heading>
      </div>
      <p id="alert-body">{text('alerts.body', { certificate: text(`alerts.slot.${slot}`), date: date(notAfter) })}</p>
      {organisation.pages.includes('renew') ? (
        <>
          <p>{text('alerts.renewHow')}</p>
          <PageButton page="renew">{text('alerts.renew')}</PageButton>
        </>
      ) : (
        <>
          <p>{text('alerts.askRa')}</p>
          <Contact who="ra" />
          <Button
            onClick={() => {
              goTo({ page: 'journey', journey: 'renew' });
              dismiss();
            }}
          >
            {text('alerts.renew')}
          </Button>
        </>
      )}
      <Button look="secondary" onClick={dismiss}>
        {text('alerts.later')}
      </Button>
    </div>
  );
}
