import type { ReactNode } from 'react';
import type { UnlockView, UnlockWay } from '../../core/contract/unlock.ts';
import { HOME } from '../app/places.ts';
import { goTo } from '../app/store.ts';
import { useLanguage, useView } from '../app/view.ts';
import { bridge } from '../bridge/bridge.ts';
import { holderOf } from '../card/which-card.ts';
import { BackButton } from '../elements/back.tsx';
import { TextButton } from '../elements/button.tsx';
import { Heading } from '../elements/heading.tsx';
import { type StepName, Steps } from './steps.tsx';
import { TimeLeft } from './time-left.tsx';

export type QuestionProps = {
  readonly title: string;
  readonly step: StepName | null;
  readonly way: UnlockWay;
  readonly cardId: string;
  readonly expiresAt?: number | null;
  /** Null: back to the card, and nothing is lost by it. */
  readonly onBack?: (() => void) | null;
  readonly children: ReactNode;
};

/** One question of the unlock: where one is, how long is left, whose card it is about. */
export function Question({ title, step, way, cardId, expiresAt = null, onBack = null, children }: QuestionProps) {
  const { text } = useLanguage();
  const holder = useHolder(cardId);
  return (
    <article className="wk-unlock">
      <div className="wk-unlock__top">
        {onBack === null ? (
          <BackButton onClick={() => goTo(HOME)}>{text('unlock.toCard')}</BackButton>
        ) : (
          <BackButton onClick={onBack}>{text('common.back')}</BackButton>
        )}
        {expiresAt !== null && <TimeLeft until={expiresAt} />}
      </div>
      <Steps way={way} at={step} />
      <Heading>{title}</Heading>
      {holder !== null && <p className="wk-unlock__whose">{text('panel.whose', { name: holder })}</p>}
      {children}
    </article>
  );
}

/** The name on the card that is being unlocked, while it is in a reader. */
function useHolder(cardId: string): string | null {
  const { readers, signInSlot } = useView();
  return holderOf(readers.find(({ card }) => card?.cardId === cardId)?.card ?? null, signInSlot);
}

/** Ends an unlock, or puts away one that is over, and goes back to the card. */
export function leaveUnlock({ cardId }: UnlockView): void {
  void bridge.request({ command: 'unlock-cancel', cardId });
  goTo(HOME);
}

/** Ends the unlock; not offered once the card is being changed, which is brought to its end whatever anybody says. */
export function Stop({ unlock }: { unlock: UnlockView }) {
  const { text } = useLanguage();
  if (unlock.doing === 'setting-passcode' || unlock.doing === 'telling-desk') return null;
  return (
    <p className="wk-beside">
      <TextButton onClick={() => leaveUnlock(unlock)}>{text('unlock.stop')}</TextButton>
    </p>
  );
}
