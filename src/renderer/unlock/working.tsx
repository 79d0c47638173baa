import type { UnlockView } from '../../core/contract/unlock.ts';
import { useLanguage } from '../app/view.ts';
import { Question } from './page.tsx';

/** In this order; what comes before was seen on the pages before. */
const DOINGS = ['proving-card', 'setting-passcode', 'telling-desk'] as const;

/** The card is being unlocked: what goes on, and whether it may be taken out. */
export function Working({ unlock }: { unlock: UnlockView }) {
  const { text } = useLanguage();
  const doing = DOINGS.find((each) => each === unlock.doing) ?? 'proving-card';
  const now = DOINGS.indexOf(doing);
  const mayTake = doing === 'telling-desk';
  return (
    <Question
      title={text('unlock.working.title')}
      step="passcode"
      way={unlock.way}
      cardId={unlock.cardId}
      expiresAt={unlock.expiresAt}
    >
      <p className="wk-unlock__strong">{text(mayTake ? 'unlock.working.mayTake' : 'unlock.working.keepIn')}</p>
      <progress className="wk-progress" aria-label={text(`unlock.working.${doing}`)} />
      <ol className="wk-doings">
        {DOINGS.map((each, place) => (
          <li key={each} className={`wk-doings__each${place < now ? ' wk-doings__each--done' : ''}`}>
            <svg className="wk-doings__mark" viewBox="0 0 24 24" aria-hidden="true">
              {place < now && <path d="M5.5 12.5l4.5 4.5 8.5-10" />}
              {place === now && <circle className="wk-doings__now" cx="12" cy="12" r="5" />}
              {place > now && <circle className="wk-doings__later" cx="12" cy="12" r="5" />}
            </svg>
            <span className={place === now ? 'wk-unlock__strong' : undefined}>{text(`unlock.working.${each}`)}</span>
            {place <= now && (
              <span className="nhsuk-u-visually-hidden">
                {' '}
                ({text(place < now ? 'unlock.working.finished' : 'unlock.working.now')})
              </span>
            )}
          </li>
        ))}
      </ol>
      <p role="status" className="nhsuk-u-visually-hidden">
        {mayTake ? text('unlock.working.mayTake') : text(`unlock.working.${doing}`)}
      </p>
    </Question>
  );
}
