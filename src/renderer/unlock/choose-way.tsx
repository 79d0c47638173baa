import type { UnlockWay } from '../../core/contract/unlock.ts';
import { HOME } from '../app/places.ts';
import { goTo } from '../app/store.ts';
import { useLanguage } from '../app/view.ts';
import { Contact } from '../elements/contact.tsx';
import { Doing } from '../elements/doing.tsx';
import { ProblemBox } from '../elements/problem.tsx';
import { Row } from '../services/rows.tsx';
import { Question } from './page.tsx';
import { useAsk } from './use-ask.ts';
import type { BlockedCard } from './which-page.ts';

/** How: alone by a code, or with an RA who is there. */
export function ChooseWay({ card, busy }: { card: BlockedCard; busy: boolean }) {
  const { text } = useLanguage();
  const { problem, asking, ask } = useAsk();
  const starting = busy || asking;
  const start = (way: UnlockWay) => {
    if (!starting) void ask({ command: 'unlock-start', ...card, way });
  };
  return (
    <Question
      title={text('unlock.way.title')}
      step="way"
      way="self-service"
      cardId={card.cardId}
      onBack={() => goTo(HOME)}
    >
      {problem !== null && <ProblemBox problem={problem} />}
      <p>{text('unlock.way.before')}</p>
      <ul className="wk-rows__list wk-choices">
        <Row title={text('unlock.way.code')} hint={text('unlock.way.codeHint')} onClick={() => start('self-service')} />
        <Row title={text('unlock.way.ra')} hint={text('unlock.way.raHint')} onClick={() => start('assisted')} />
      </ul>
      <Doing says={starting ? text('unlock.way.starting') : null} />
      <p>{text('unlock.way.time')}</p>
      <h2 className="nhsuk-heading-s">{text('unlock.way.neither')}</h2>
      <p>{text('unlock.way.neitherBody')}</p>
      <Contact who="ra" />
      <Contact who="hr" />
    </Question>
  );
}
