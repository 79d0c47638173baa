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

/** Certificates of the card that is signed in run out: told once a login, all of them together. */
export function ExpiryAlert() {
  const { alerts, organisation } = useView();
  const { text, date } = useLanguage();
  const inOrder = alerts.toSorted((a, b) => a.daysLeft - b.daysLeft);
  const [first] = inOrder;
  if (first === undefined) return null;
  const { slot, daysLeft, notAfter } = first;
  const dismiss = () => {
    for (const { id } of inOrder) void bridge.request({ command: 'dismiss-alert', id });
  };
  return (
    <div
      className={`wk-cover wk-alert${daysLeft <= STRONG_DAYS ? ' wk-alert--strong' : ''}`}
      role="alertdialog"
      aria-labelledby="alert-title"
      aria-describedby="alert-body"
    >
      <img className="wk-alert__picture" src={expiring} alt="" />
      <div id="alert-title">
        <Heading>{daysLeft === 0 ? text('alerts.titleToday') : text('alerts.title', { count: daysLeft })}</Heading>
      </div>
      <p id="alert-body">
        {inOrder.length === 1
          ? text('alerts.body', { certificate: text(`alerts.slot.${slot}`), date: date(notAfter) })
          : text('alerts.bodySeveral', { date: date(notAfter) })}
      </p>
      {inOrder.length > 1 && (
        <ul className="wk-points">
          {inOrder.map((alert) => (
            <li key={alert.id}>
              {text(`common.slots.${alert.slot}`)}: {date(alert.notAfter)}
            </li>
          ))}
        </ul>
      )}
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
