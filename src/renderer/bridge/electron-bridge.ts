import type { ViewBridge } from '../../core/contract/view.ts';
import { BridgeNews } from './bridge-news.ts';
import { failedWith, outcomeOf } from './outcome.ts';

/** What the preload script puts into the page. */
export type WardkeyPreload = {
  request(command: unknown, secrets: readonly Uint8Array[]): Promise<unknown>;
  /** Calls back with each snapshot, at once with the last one. Returns how to stop. */
  onSnapshot(listener: (snapshot: unknown) => void): () => void;
};

declare global {
  interface Window {
    readonly wardkey?: WardkeyPreload;
  }
}

/** The agent through Electron's preload. The page ends with the agent, so it is out of reach only when it speaks another language. */
export function connectElectronBridge(preload: WardkeyPreload): ViewBridge {
  const news = new BridgeNews();
  const take = (snapshot: unknown) => news.setReachable(news.take(snapshot));
  preload.onSnapshot(take);
  return {
    onSnapshot: news.onSnapshot,
    onReachable: news.onReachable,
    request: async (command, secrets = []) => {
      let answer: Promise<unknown>;
      try {
        // Arguments are copied on their way out of the page.
        answer = preload.request(command, secrets);
      } catch {
        return failedWith('Agent_Refused');
      } finally {
        for (const secret of secrets) secret.fill(0);
      }
      try {
        return outcomeOf(command.command, await answer) ?? failedWith('Window_OutOfDate');
      } catch {
        return failedWith('Agent_Refused');
      }
    },
  };
}
