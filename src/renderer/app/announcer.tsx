import { useEffect, useState } from 'react';
import { holderOf } from '../card/which-card.ts';
import { useLanguage, useView } from './view.ts';

/** Says each change of the card's state to a screen reader, whatever page is open. */
export function Announcer() {
  const { phase, failedAction, readers, signInSlot } = useView();
  const { text } = useLanguage();
  const [said, setSaid] = useState('');
  const signedInAs = holderOf(readers.find((each) => each.phase === phase)?.card ?? null, signInSlot);
  const sentence = failedAction === null ? text(`panel.state.${phase}`) : text('panel.failedAction');
  const whole =
    phase === 'active' && signedInAs !== null ? `${sentence}. ${text('panel.whose', { name: signedInAs })}` : sentence;
  useEffect(() => setSaid(whole), [whole]);
  return (
    <div role="status" className="nhsuk-u-visually-hidden" aria-label={text('panel.tellsState')}>
      {said}
    </div>
  );
}
