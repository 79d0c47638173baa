import { create } from 'zustand';
import { goTo } from '../app/store.ts';
import { bridge } from '../bridge/bridge.ts';
import type { Problem } from '../elements/problem.tsx';
import type { RaCard } from './which-ra-card.ts';

/**
 * The sign-in of an RA as this window knows it. It outlives the page, which somebody may leave and come back to while it goes
 * on; the passcode is no part of it.
 */
export type RaSignIn = {
  readonly step: 'asks' | 'works' | 'opened';
  /** The card that was tried last: what came of it is nothing to another one. */
  readonly tried: string | null;
  readonly problem: Problem | null;
};

const FRESH: RaSignIn = { step: 'asks', tried: null, problem: null };

export const useRaSignIn = create<RaSignIn>()(() => FRESH);

/** From the list of services: what came of an earlier one is over. */
export function openRaPage(): void {
  if (useRaSignIn.getState().step !== 'works') useRaSignIn.setState(FRESH);
  goTo({ page: 'ra' });
}

export function signInAgain(): void {
  useRaSignIn.setState(FRESH);
}

/** Takes the passcode over, and overwrites it. One at a time. */
export async function signInRa({ reader, cardId }: RaCard, lastTry: boolean, passcode: Uint8Array): Promise<void> {
  if (useRaSignIn.getState().step === 'works') {
    passcode.fill(0);
    return;
  }
  useRaSignIn.setState({ step: 'works', tried: cardId, problem: null });
  const outcome = await bridge.request({ command: 'ra-sign-in', reader, cardId, lastTry }, [passcode]);
  useRaSignIn.setState(outcome.ok ? { step: 'opened' } : { step: 'asks', problem: outcome });
}
