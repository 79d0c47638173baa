import { goTo } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { Button } from '../elements/button.tsx';
import { Heading } from '../elements/heading.tsx';

/** The stop before the last try: unlocking comes first, guessing is a decision. */
export function LastTry({ known, onUse }: { known: boolean; onUse: () => void }) {
  const { text } = useLanguage();
  const { lastTry } = useView().passcode;
  const mayUse = lastTry === 'ask';
  return (
    <section className="wk-last-try">
      <Heading level={2}>{text(known ? 'passcode.lastTry.title' : 'passcode.lastTry.unknownTitle')}</Heading>
      <p>{text(known ? 'passcode.lastTry.body' : 'passcode.lastTry.unknownBody')}</p>
      {!mayUse && <p>{text('passcode.lastTry.refused')}</p>}
      <Button onClick={() => goTo({ page: 'journey', journey: 'unlock' })}>{text('passcode.lastTry.unlock')}</Button>
      {mayUse && (
        <Button look="secondary" onClick={onUse}>
          {text('passcode.lastTry.sure')}
        </Button>
      )}
    </section>
  );
}
