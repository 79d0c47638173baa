import { useEffect, useState } from 'react';
import { useWindow } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { whichCard } from '../card/which-card.ts';
import { Back } from '../elements/back.tsx';
import { Contact } from '../elements/contact.tsx';
import { Heading } from '../elements/heading.tsx';
import { AskAddress } from './ask-address.tsx';
import { AskCode } from './ask-code.tsx';
import { ChoosePasscode } from './choose-passcode.tsx';
import { ChooseWay } from './choose-way.tsx';
import { Done, Failed } from './ended.tsx';
import { Asking, CardOut, Halted, NetworkLost, WaitingForRa } from './waiting.tsx';
import { isOfThePast, type UnlockPage, unlockPage } from './which-page.ts';
import { Working } from './working.tsx';

/** The unlock of a card in the window: one question a page. The agent says at which it stands. */
export function Unlock() {
  const view = useView();
  const { shown } = whichCard(
    view,
    useWindow((window) => window.shown),
  );
  const [past] = useState(() => (isOfThePast(view.unlock, shown) ? view.unlock : null));
  useEffect(() => {
    if (past !== null) void bridge.request({ command: 'unlock-cancel', cardId: past.cardId });
  }, [past]);
  const isPast = past !== null && view.unlock?.step === 'done';
  const at = unlockPage(isPast ? null : view.unlock, shown);
  // Another question is another page: its heading takes the focus, and what was typed before is gone.
  return <Page key={at.page} at={at} />;
}

function Page({ at }: { at: UnlockPage }) {
  switch (at.page) {
    case 'nothing':
      return <Nothing />;
    case 'way':
      return <ChooseWay card={at.card} busy={at.busy} />;
    case 'address':
      return <AskAddress unlock={at.unlock} busy={at.busy} />;
    case 'code':
      return <AskCode unlock={at.unlock} busy={at.busy} />;
    case 'passcode':
      return <ChoosePasscode unlock={at.unlock} />;
    case 'working':
      return <Working unlock={at.unlock} />;
    case 'card-out':
      return <CardOut unlock={at.unlock} />;
    case 'network-lost':
      return <NetworkLost unlock={at.unlock} />;
    case 'halted':
      return <Halted unlock={at.unlock} />;
    case 'asking':
      return <Asking unlock={at.unlock} />;
    case 'ra':
      return <WaitingForRa unlock={at.unlock} />;
    case 'done':
      return <Done unlock={at.unlock} />;
    case 'failed':
      return <Failed unlock={at.unlock} />;
  }
}

function Nothing() {
  const { text } = useLanguage();
  return (
    <>
      <Back to={{ page: 'home' }} />
      <Heading>{text('unlock.nothing')}</Heading>
      <p>{text('services.unlocking.no-card')}</p>
      <Contact who="ra" />
    </>
  );
}
