import stillBlocked from '../../../assets/tray/blocked.svg';
import signedIn from '../../../assets/tray/passcode.svg';
import trouble from '../../../assets/tray/trouble.svg';
import type { FailureCode } from '../../core/agent/failure-codes.ts';
import type { ContactName } from '../../core/agent/policy-names.ts';
import type { UnlockView } from '../../core/contract/unlock.ts';
import { useLanguage } from '../app/view.ts';
import { Trouble } from '../card/trouble.tsx';
import { Button } from '../elements/button.tsx';
import { Contact } from '../elements/contact.tsx';
import { Heading } from '../elements/heading.tsx';
import { ProblemBox } from '../elements/problem.tsx';
import { leaveUnlock } from './page.tsx';
import { Steps } from './steps.tsx';
import { useAsk } from './use-ask.ts';

/** After these another try cannot help, and may do harm. */
const NOT_AGAIN: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'Unlock_PukRefused',
  'Unlock_PukLastTry',
  'Puk_Wrong',
  'Puk_Blocked',
  'Unlock_CardNotActive',
  'Unlock_NotOffered',
  'Desk_NotTrusted',
]);

/** Who helps is the RA, but for what is wrong with computers. */
export const helperFor = (code: FailureCode | null): ContactName =>
  code === 'Unlock_NotKept' || code?.startsWith('Desk_') === true ? 'it' : 'ra';

export function Done({ unlock }: { unlock: UnlockView }) {
  const { text } = useLanguage();
  return (
    <article className="wk-unlock">
      <Steps way={unlock.way} at={null} />
      <div className="wk-banner wk-banner--good">
        <img className="wk-banner__picture" src={signedIn} alt="" />
        <div className="wk-banner__words">
          <Heading>{text('unlock.done.title')}</Heading>
          <p>{text('unlock.done.body')}</p>
        </div>
      </div>
      {!unlock.cardIn && <p>{text('unlock.done.cardOut')}</p>}
      <Button onClick={() => leaveUnlock(unlock)}>{text('unlock.done.signIn')}</Button>
      {unlock.problem !== null && <Trouble code={unlock.problem} />}
      <p>{text('unlock.done.message')}</p>
    </article>
  );
}

/** It is over without having worked: what is true of the card now, why, what to do, and who can help. */
export function Failed({ unlock }: { unlock: UnlockView }) {
  const { text } = useLanguage();
  const { problem, asking, ask } = useAsk();
  const { reader, cardId, way, truth, cardIn } = unlock;
  const forGood = unlock.problem !== null && NOT_AGAIN.has(unlock.problem);
  const mayTryAgain = truth === 'blocked' && !forGood;
  return (
    <article className="wk-unlock">
      <div className={`wk-banner ${truth === 'unlocked' ? 'wk-banner--good' : 'wk-banner--bad'}`}>
        <img className="wk-banner__picture" src={PICTURES[truth]} alt="" />
        <div className="wk-banner__words">
          <Heading>{text(`unlock.failed.title.${truth}`)}</Heading>
          <p>{truth === 'blocked' && forGood ? text('unlock.failed.forGood') : text(`unlock.failed.truth.${truth}`)}</p>
        </div>
      </div>
      {problem !== null && <ProblemBox problem={problem} />}
      {unlock.problem !== null && (
        <section aria-labelledby="why">
          <h2 id="why" className="nhsuk-heading-s">
            {text('unlock.failed.why')}
          </h2>
          <Trouble code={unlock.problem} />
        </section>
      )}
      {mayTryAgain && cardIn && (
        <Button onClick={() => void ask({ command: 'unlock-start', reader, cardId, way })} disabled={asking}>
          {text('unlock.failed.again')}
        </Button>
      )}
      {mayTryAgain && !cardIn && <p className="wk-unlock__strong">{text('unlock.failed.cardIn')}</p>}
      {truth !== 'blocked' && <Button onClick={() => leaveUnlock(unlock)}>{text(LOOKS[truth])}</Button>}
      <h2 className="nhsuk-heading-s">{text('services.whoHelps')}</h2>
      <Contact who={helperFor(unlock.problem)} />
    </article>
  );
}

const PICTURES = { blocked: stillBlocked, unlocked: signedIn, 'not-known': trouble } as const;
const LOOKS = { unlocked: 'unlock.done.signIn', 'not-known': 'unlock.failed.look' } as const;
