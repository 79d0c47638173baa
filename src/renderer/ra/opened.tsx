import { HOME } from '../app/places.ts';
import { goTo } from '../app/store.ts';
import { useLanguage } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { Heading } from '../elements/heading.tsx';
import { signInAgain } from './ra-sign-in.ts';

/** The rest is in the browser: how to go on there, and what to do where no page came. */
export function Opened() {
  const { text, list } = useLanguage();
  return (
    <>
      <div className="wk-banner wk-banner--good">
        <div className="wk-banner__words" role="status">
          <Heading>{text('ra.opened.title')}</Heading>
          <p>{text('ra.opened.once')}</p>
        </div>
      </div>
      <h2 className="nhsuk-heading-s">{text('ra.opened.goOn')}</h2>
      <ol className="wk-steps">
        {list('ra.opened.steps').map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <Button onClick={() => goTo(HOME)}>{text('common.done')}</Button>
      <section className="wk-otherwise" aria-labelledby="no-page">
        <h2 id="no-page" className="nhsuk-heading-s">
          {text('ra.opened.none')}
        </h2>
        <p>{text('ra.opened.noneBody')}</p>
        <Button look="secondary" onClick={signInAgain}>
          {text('ra.opened.again')}
        </Button>
      </section>
    </>
  );
}
