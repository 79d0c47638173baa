import { useLanguage, useView } from '../app/view.ts';
import { Back } from '../elements/back.tsx';
import { Heading } from '../elements/heading.tsx';
import { Licences } from './licences.tsx';

/** What this is, and whose work it stands on. */
export function About() {
  const { text } = useLanguage();
  const { version, host, organisation } = useView();
  return (
    <>
      <Back to={{ page: 'settings' }} />
      <Heading>{text('common.about')}</Heading>
      <p>{text('about.what')}</p>
      <p>{text('about.privacy')}</p>
      <dl className="wk-facts">
        <dt>{text('about.version')}</dt>
        <dd>{version}</dd>
        <dt>{text('about.window')}</dt>
        <dd>{text(`about.host.${host.name}`)}</dd>
        {organisation.name !== null && (
          <>
            <dt>{text('about.organisation')}</dt>
            <dd>{organisation.name}</dd>
          </>
        )}
      </dl>
      <Licences />
    </>
  );
}
