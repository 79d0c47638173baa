import { lazy, Suspense, useState } from 'react';
import { useLanguage } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { Unloadable } from '../elements/unloadable.tsx';

/** Long, and read by few: loaded when asked for. */
const LicenceList = lazy(() => import('./licence-list.tsx'));

export function Licences() {
  const { text } = useLanguage();
  const [shown, setShown] = useState(false);
  return (
    <section className="wk-licences" aria-labelledby="licences">
      <h2 id="licences" className="nhsuk-heading-s">
        {text('about.licences')}
      </h2>
      <p>{text('about.licencesIntro')}</p>
      {shown ? (
        <Unloadable instead={<p role="alert">{text('about.failed')}</p>}>
          <Suspense fallback={<p role="status">{text('about.loading')}</p>}>
            <LicenceList />
          </Suspense>
        </Unloadable>
      ) : (
        <Button look="secondary" onClick={() => setShown(true)}>
          {text('about.showLicences')}
        </Button>
      )}
    </section>
  );
}
