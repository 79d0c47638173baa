import type { RemovalCause } from '../../core/agent/policy-names.ts';
import type { TextKey } from '../../core/language/translator.ts';
import { useWindow } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { Button } from '../elements/button.tsx';
import { Heading } from '../elements/heading.tsx';
import { useRemaining } from './remaining.ts';
import { Ring } from './ring.tsx';
import { spokenSeconds } from './spoken-seconds.ts';

const TITLES: Record<RemovalCause, TextKey> = {
  'card-pulled': 'removal.title',
  unattended: 'removal.title',
  'reader-unplugged': 'removal.reader',
  'service-stopped': 'removal.service',
  'card-process-lost': 'removal.service',
  resume: 'removal.resume',
  'remote-reader-dropped': 'removal.remote',
};

const NOT_THE_USERS_DOING: ReadonlySet<RemovalCause> = new Set([
  'service-stopped',
  'card-process-lost',
  'remote-reader-dropped',
]);

/** An active card is gone: what happens, when, and how to stay signed in. */
export function Countdown() {
  const { countdowns } = useView();
  const [countdown] = countdowns.toSorted((a, b) => a.remainingMs - b.remainingMs);
  return countdown === undefined ? null : <Running countdown={countdown} />;
}

function Running({ countdown }: { countdown: ReturnType<typeof useView>['countdowns'][number] }) {
  const { text } = useLanguage();
  const receivedAt = useWindow((state) => state.receivedAt);
  const left = useRemaining(countdown.remainingMs, receivedAt);
  const seconds = Math.ceil(left / 1000);
  const spoken = spokenSeconds(seconds);
  const { cause, action, totalMs } = countdown;
  return (
    <div
      className="wk-cover wk-countdown"
      role="alertdialog"
      aria-labelledby="countdown-title"
      aria-describedby="countdown-stay"
    >
      <div id="countdown-title">
        <Heading>{text(TITLES[cause])}</Heading>
      </div>
      <p className="wk-countdown__action">{text(`removal.action.${action}`)}</p>
      <Ring share={totalMs === 0 ? 0 : left / totalMs} seconds={seconds} />
      <p role="timer" className="nhsuk-u-visually-hidden" aria-live="assertive">
        {spoken === null ? '' : text('removal.remaining', { count: spoken })}
      </p>
      <p id="countdown-stay" className="wk-countdown__stay">
        {text(NOT_THE_USERS_DOING.has(cause) ? 'removal.staySelf' : 'removal.stay')}
      </p>
      <Button look="secondary" onClick={() => void bridge.request({ command: 'lock-now' })}>
        {text('removal.lockNow')}
      </Button>
    </div>
  );
}
