import { useEffect, useState } from 'react';
import { useLanguage } from '../app/view.ts';
import { minutesLeft, spokenMinutes } from './minutes-left.ts';

const LOOK_MS = 1_000;
/** From here on it is time to hurry, and it looks so. */
const SHORT = 2;

/** How much of the time for an unlock is left, in words. @param until milliseconds since 1970 */
export function TimeLeft({ until }: { until: number }) {
  const { text } = useLanguage();
  const minutes = useMinutesLeft(until);
  const spoken = spokenMinutes(minutes);
  // What was reached before this page came has been said.
  const [before] = useState(spoken);
  const words = (count: number) => {
    if (count === 0) return text('unlock.time.over');
    return count === 1 ? text('unlock.time.last') : text('unlock.time.left', { count });
  };
  return (
    <div className={minutes <= SHORT ? 'wk-time wk-time--short' : 'wk-time'}>
      <svg className="wk-time__clock" viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="9.5" />
        <path d="M12 6.5V12l3.5 2.5" />
      </svg>
      <span>{words(minutes)}</span>
      <span role="status" className="nhsuk-u-visually-hidden">
        {spoken === null || spoken === before ? '' : words(spoken)}
      </span>
    </div>
  );
}

function useMinutesLeft(until: number): number {
  const [minutes, setMinutes] = useState(() => minutesLeft(until - Date.now()));
  useEffect(() => {
    const look = () => setMinutes(minutesLeft(until - Date.now()));
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [until]);
  return minutes;
}
