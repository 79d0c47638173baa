import { goTo, useWindow } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { Back } from '../elements/back.tsx';
import { Button } from '../elements/button.tsx';
import { Doing } from '../elements/doing.tsx';
import { Heading } from '../elements/heading.tsx';
import { Opened } from './opened.tsx';
import { RaPasscode } from './ra-passcode.tsx';
import { RaProblem } from './ra-problem.tsx';
import { useRaSignIn } from './ra-sign-in.ts';
import { raCardOf } from './which-ra-card.ts';

/** For RAs: from the own card to the page of the card desk in the browser, signed in. */
export function Ra() {
  const { text } = useLanguage();
  const shown = useWindow((window) => window.shown);
  const own = raCardOf(useView().readers, shown?.reader ?? null);
  const { step, tried, problem } = useRaSignIn();
  if (step === 'opened') return <Opened />;
  const cardId = typeof own === 'string' ? null : own.cardId;
  const told = cardId === null || cardId === tried ? problem : null;
  return (
    <>
      <Back to={{ page: 'services' }} />
      <Heading>{text('ra.title')}</Heading>
      <p>{text('ra.who')}</p>
      <p>{text('ra.how')}</p>
      {typeof own === 'string' ? (
        <>
          {told !== null && <RaProblem problem={told} />}
          <p>{text(WITHOUT_CARD[own])}</p>
          {own === 'blocked' && (
            <Button onClick={() => goTo({ page: 'journey', journey: 'unlock' })}>
              {text('passcode.blocked.unlock')}
            </Button>
          )}
        </>
      ) : (
        <RaPasscode key={`${own.reader} ${own.cardId}`} own={own} problem={told} works={step === 'works'} />
      )}
      <Doing says={step === 'works' ? text('ra.working') : null} />
    </>
  );
}

const WITHOUT_CARD = {
  blocked: 'passcode.blocked.body',
  reading: 'panel.state.reading',
  none: 'ra.needsCard',
} as const;
