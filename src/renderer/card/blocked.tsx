import { goTo } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { Contact } from '../elements/contact.tsx';
import { openUnlock } from '../unlock/open-unlock.ts';
import { isUnderWay } from '../unlock/which-page.ts';

/** A blocked card: the way back at once, and who can help where there is none. */
export function Blocked({ cardId }: { cardId: string | null }) {
  const { text } = useLanguage();
  const { unlock, unlockingBy } = useView();
  const here = unlockingBy === 'in-app' && cardId !== null;
  const begun = isUnderWay(unlock) && unlock.cardId === cardId;
  const open = here ? openUnlock : () => goTo({ page: 'journey', journey: 'unlock' });
  return (
    <section className="wk-blocked">
      <p>{text(begun ? 'passcode.blocked.underWay' : 'passcode.blocked.have')}</p>
      <Button onClick={open}>{text(begun ? 'passcode.blocked.goOn' : 'passcode.blocked.unlock')}</Button>
      <h2 className="nhsuk-heading-s">{text('passcode.blocked.without')}</h2>
      <p>{text('passcode.blocked.withoutBody')}</p>
      <Contact who="ra" />
    </section>
  );
}
