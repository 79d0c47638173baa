import { goTo } from '../app/store.ts';
import { useLanguage } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { Contact } from '../elements/contact.tsx';

/** A blocked card: the way back at once, and who can help where there is none. */
export function Blocked() {
  const { text } = useLanguage();
  return (
    <section className="wk-blocked">
      <p>{text('passcode.blocked.have')}</p>
      <Button onClick={() => goTo({ page: 'journey', journey: 'unlock' })}>{text('passcode.blocked.unlock')}</Button>
      <h2 className="nhsuk-heading-s">{text('passcode.blocked.without')}</h2>
      <p>{text('passcode.blocked.withoutBody')}</p>
      <Contact who="ra" />
    </section>
  );
}
