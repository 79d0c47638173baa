import { useMemo } from 'react';
import noCard from '../../../assets/tray/no-card.svg';
import noService from '../../../assets/tray/no-service.svg';
import type { UnlockView } from '../../core/contract/unlock.ts';
import { HOME } from '../app/places.ts';
import { goTo } from '../app/store.ts';
import { useLanguage } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { Contact } from '../elements/contact.tsx';
import { Doing } from '../elements/doing.tsx';
import { ProblemBox } from '../elements/problem.tsx';
import { helperFor } from './ended.tsx';
import { Question, Stop } from './page.tsx';
import type { StepName } from './steps.tsx';
import { useAsk } from './use-ask.ts';
import { useStepProblem } from './use-step-problem.ts';

/** Sooner than this, a time of day says less than "in a moment". */
const WORTH_A_TIME_MS = 60_000;

/** What the unlock waits for, and what is true of the card meanwhile. */

export function CardOut({ unlock }: { unlock: UnlockView }) {
  const { text } = useLanguage();
  return (
    <Question
      title={text('unlock.out.title')}
      step="passcode"
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
    >
      <div className="wk-banner">
        <img className="wk-banner__picture" src={noCard} alt="" />
        <div className="wk-banner__words" role="status">
          <p className="wk-unlock__strong">{text(`unlock.out.truth.${unlock.truth}`)}</p>
          <p>{text('unlock.out.byItself')}</p>
        </div>
      </div>
      <Stop unlock={unlock} />
    </Question>
  );
}

export function NetworkLost({ unlock }: { unlock: UnlockView }) {
  const { text, time } = useLanguage();
  const { problem, asking, ask } = useAsk();
  const { retryAt, truth } = unlock;
  const soon = retryAt === null || retryAt - Date.now() < WORTH_A_TIME_MS;
  return (
    <Question
      title={text(titleOf(unlock))}
      step={stepOf(unlock)}
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
    >
      {problem !== null && <ProblemBox problem={problem} />}
      <div className={truth === 'unlocked' ? 'wk-banner wk-banner--good' : 'wk-banner'}>
        <img className="wk-banner__picture" src={noService} alt="" />
        <div className="wk-banner__words" role="status">
          <p className="wk-unlock__strong">{text(`unlock.truth.${truth}`)}</p>
          <p>{text('unlock.network.byItself')}</p>
          {!soon && retryAt !== null && <p>{text('unlock.network.next', { time: time(retryAt) })}</p>}
        </div>
      </div>
      {truth === 'unlocked' && <Button onClick={() => goTo(HOME)}>{text('unlock.network.signIn')}</Button>}
      <Button
        look={truth === 'unlocked' ? 'secondary' : 'primary'}
        onClick={() => void ask({ command: 'unlock-retry', cardId: unlock.cardId })}
        disabled={asking}
      >
        {text('unlock.network.now')}
      </Button>
      <Contact who="it" />
      <Stop unlock={unlock} />
    </Question>
  );
}

function titleOf({ problem }: UnlockView) {
  if (problem === 'Desk_TooMany') return 'unlock.network.tooMany';
  return problem === 'Desk_Unavailable' ? 'unlock.network.unavailable' : 'unlock.network.title';
}

function stepOf({ doing }: UnlockView): StepName {
  switch (doing) {
    case 'starting':
      return 'way';
    case 'sending-code':
      return 'address';
    case 'checking-code':
      return 'code';
    default:
      return 'passcode';
  }
}

/** Something is in the way that does not go by itself. */
export function Halted({ unlock }: { unlock: UnlockView }) {
  const { text } = useLanguage();
  const { problem, asking, ask } = useAsk();
  const code = unlock.problem;
  const told = useMemo(() => (code === null ? null : { code }), [code]);
  const shown = problem ?? told;
  return (
    <Question
      title={text('unlock.halted.title')}
      step={stepOf(unlock)}
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
    >
      {shown !== null && <ProblemBox problem={shown} />}
      <p>{text(`unlock.truth.${unlock.truth}`)}</p>
      <Button
        // What cannot be trusted is not to be tried at once.
        look={code === 'Desk_NotTrusted' ? 'secondary' : 'primary'}
        onClick={() => void ask({ command: 'unlock-retry', cardId: unlock.cardId })}
        disabled={asking}
      >
        {text('unlock.halted.again')}
      </Button>
      <Contact who={helperFor(code)} />
      <Stop unlock={unlock} />
    </Question>
  );
}

/** An answer was lost, or the agent was started anew: where it stands is being asked. */
export function Asking({ unlock }: { unlock: UnlockView }) {
  const { text } = useLanguage();
  return (
    <Question
      title={text('unlock.asking.title')}
      step={unlock.way === 'assisted' ? 'passcode' : 'code'}
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
    >
      <Doing says={text('unlock.asking.says')} />
      <Stop unlock={unlock} />
    </Question>
  );
}

export function WaitingForRa({ unlock }: { unlock: UnlockView }) {
  const { text, list } = useLanguage();
  const { problem, asking, ask } = useAsk();
  const stepProblem = useStepProblem(unlock);
  const shown = problem ?? stepProblem;
  return (
    <Question
      title={text('unlock.ra.title')}
      step="ra"
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
    >
      {shown !== null && <ProblemBox problem={shown} />}
      <ol className="wk-steps">
        {list('unlock.ra.list').map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p>{text('unlock.ra.kept')}</p>
      <Doing says={asking ? text('unlock.ra.asking') : null} />
      <Button onClick={() => void ask({ command: 'unlock-retry', cardId: unlock.cardId })} disabled={asking}>
        {text('unlock.ra.authorised')}
      </Button>
      <Contact who="ra" />
      <Stop unlock={unlock} />
    </Question>
  );
}
