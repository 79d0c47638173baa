import { useWindow } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button } from '../elements/button.tsx';
import { Heading } from '../elements/heading.tsx';
import { useRemaining } from './remaining.ts';
import { Ring } from './ring.tsx';

/** A card is in its reader and nobody seems to be here. */
export function Unattended() {
  const { unattended } = useView();
  return unattended === null ? null : <Reminder unattended={unattended} />;
}

function Reminder({ unattended }: { unattended: NonNullable<ReturnType<typeof useView>['unattended']> }) {
  const { text } = useLanguage();
  const receivedAt = useWindow((state) => state.receivedAt);
  const left = useRemaining(unattended.remainingMs, receivedAt);
  const { action, totalMs } = unattended;
  return (
    <div
      className="wk-cover wk-countdown"
      role="alertdialog"
      aria-labelledby="unattended-title"
      aria-describedby="unattended-body"
    >
      <div id="unattended-title">
        <Heading>{text('removal.unattended.title')}</Heading>
      </div>
      <p id="unattended-body">{text('removal.unattended.body')}</p>
      {action !== 'nothing' && (
        <>
          <p className="wk-countdown__action">{text(`removal.action.${action}`)}</p>
          <Ring share={totalMs === 0 ? 0 : left / totalMs} seconds={Math.ceil(left / 1000)} />
        </>
      )}
      <Button onClick={() => void bridge.request({ command: 'still-here' })}>{text('removal.unattended.here')}</Button>
      <Button look="secondary" onClick={() => void bridge.request({ command: 'lock-now' })}>
        {text('removal.lockNow')}
      </Button>
    </div>
  );
}
