import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { TextButton } from '../elements/button.tsx';

/** Troubles that the agent lives on with: told until they are read. */
export function Notices() {
  const { notices } = useView();
  const { text, date, time } = useLanguage();
  if (notices.length === 0) return null;
  return (
    <section className="wk-notices" aria-label={text('panel.noticesTitle')}>
      {notices.map(({ id, code, until }) => (
        <div key={id} className="nhsuk-inset-text wk-inset">
          <p>
            <strong>{text(`failures.${code}.says`)}</strong> {text(`failures.${code}.next`)}
          </p>
          {until !== undefined && <p>{text('panel.noticeUntil', { date: date(until), time: time(until) })}</p>}
          <p className="wk-code">{code}</p>
          <TextButton onClick={() => void bridge.request({ command: 'dismiss-notice', id })}>
            {text('panel.dismiss')}
          </TextButton>
        </div>
      ))}
    </section>
  );
}
