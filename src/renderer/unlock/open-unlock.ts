import { goTo, useWindow } from '../app/store.ts';
import { bridge } from '../bridge/bridge.ts';
import { isOver } from './which-page.ts';

/** Goes to the unlock in this window; one that is over is put away first. */
export function openUnlock(): void {
  const unlock = useWindow.getState().view?.unlock ?? null;
  if (unlock !== null && isOver(unlock)) void bridge.request({ command: 'unlock-cancel', cardId: unlock.cardId });
  goTo({ page: 'unlock' });
}
