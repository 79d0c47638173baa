import type { UnlockView } from '../../core/contract/unlock.ts';
import type { ViewSnapshot } from '../../core/contract/view.ts';
import type { Occupied } from '../card/which-card.ts';

/** A blocked card that the agent can name: the only kind that can be unlocked. */
export type BlockedCard = { readonly reader: string; readonly cardId: string };

export function blockedCard(shown: Occupied | null): BlockedCard | null {
  const cardId = shown?.card?.cardId ?? null;
  return shown?.phase === 'blocked' && cardId !== null ? { reader: shown.reader, cardId } : null;
}

export const isOver = ({ step }: UnlockView): boolean => step === 'done' || step === 'failed';

export const isUnderWay = (unlock: UnlockView | null): unlock is UnlockView => unlock !== null && !isOver(unlock);

/** Whether this card's unlock, or that of any card, can be done in the window now. */
export function canUnlockHere(view: Pick<ViewSnapshot, 'unlock' | 'unlockingBy' | 'readers'>): boolean {
  if (view.unlockingBy !== 'in-app') return false;
  return isUnderWay(view.unlock) || view.readers.some(({ phase }) => phase === 'blocked');
}

export type UnlockPage =
  /** There is no blocked card. */
  | { readonly page: 'nothing' }
  | { readonly page: 'way'; readonly card: BlockedCard; readonly busy: boolean }
  | {
      readonly page:
        | 'address'
        | 'code'
        | 'passcode'
        | 'working'
        | 'card-out'
        | 'network-lost'
        | 'halted'
        | 'asking'
        | 'ra'
        | 'done'
        | 'failed';
      readonly unlock: UnlockView;
      /** What was asked is being done: the page stays as it is meanwhile, and nothing flickers. */
      readonly busy: boolean;
    };

/** The page that an unlock stands at. @param shown the card that the panel is about */
export function unlockPage(unlock: UnlockView | null, shown: Occupied | null): UnlockPage {
  const blocked = blockedCard(shown);
  // Another blocked card begins with the first question.
  if (unlock === null || (isOver(unlock) && blocked !== null && unlock.cardId !== blocked.cardId))
    return blocked === null ? { page: 'nothing' } : { page: 'way', card: blocked, busy: false };
  switch (unlock.step) {
    case 'address':
    case 'code':
    case 'passcode':
    case 'done':
    case 'failed':
      return { page: unlock.step, unlock, busy: false };
    case 'waiting-for-ra':
      return { page: 'ra', unlock, busy: false };
    case 'working':
      return workingPage(unlock);
  }
}

/**
 * Whether this unlock worked once, and its card has been blocked again since. To be asked only when somebody comes to the page: a
 * card is read anew a moment after it was unlocked.
 */
export function isOfThePast(unlock: UnlockView | null, shown: Occupied | null): unlock is UnlockView {
  return unlock?.step === 'done' && unlock.cardId === blockedCard(shown)?.cardId;
}

function workingPage(unlock: UnlockView): UnlockPage {
  const { doing, way, cardIn, network, reader, cardId, expiresAt } = unlock;
  const needsCard = doing === 'proving-card' || doing === 'setting-passcode' || doing === null;
  if (needsCard && !cardIn) return { page: 'card-out', unlock, busy: true };
  if (network === 'lost') return { page: 'network-lost', unlock, busy: true };
  if (unlock.halted) return { page: 'halted', unlock, busy: false };
  switch (doing) {
    case 'starting':
      // After that it is asked where it stands: an answer was lost, or the agent was started anew.
      if (way === 'self-service' || expiresAt !== null) return { page: 'asking', unlock, busy: true };
      return { page: 'way', card: { reader, cardId }, busy: true };
    case 'sending-code':
      return { page: 'address', unlock, busy: true };
    case 'checking-code':
      return { page: 'code', unlock, busy: true };
    case 'proving-card':
    case 'setting-passcode':
    case 'telling-desk':
    case null:
      return { page: 'working', unlock, busy: true };
  }
}
