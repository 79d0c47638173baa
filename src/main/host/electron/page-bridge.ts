import { REQUEST_CHANNEL, SNAPSHOT_CHANNEL } from './channels.ts';

/** What the page finds as `window.wardkey`. The page parses what comes; commands are parsed where they arrive. */
export type PageBridge = {
  /** Calls back with each snapshot, at once with the last one if there is one. Returns how to stop. */
  onSnapshot(listener: (snapshot: unknown) => void): () => void;
  /**
   * The secrets that came over to this side are overwritten when this returns; the page overwrites its own, of which these
   * are copies. Rejects when the page is not one that may ask.
   */
  request(command: unknown, secrets?: readonly Uint8Array[]): Promise<unknown>;
};

/** As much of Electron's ipcRenderer as this needs. */
export type RendererIpc = {
  invoke(channel: string, ...request: unknown[]): Promise<unknown>;
  on(channel: string, listener: (event: unknown, message: unknown) => void): unknown;
};

/** Made by the preload script, once for each page. */
export function pageBridge(ipc: RendererIpc): PageBridge {
  const listeners = new Set<(snapshot: unknown) => void>();
  let last: { readonly snapshot: unknown } | null = null;
  ipc.on(SNAPSHOT_CHANNEL, (_event, snapshot) => {
    last = { snapshot };
    for (const listener of listeners) listener(snapshot);
  });
  return {
    onSnapshot: (listener) => {
      listeners.add(listener);
      if (last !== null) listener(last.snapshot);
      return () => {
        listeners.delete(listener);
      };
    },
    request: (command, secrets = []) => {
      // Cloning takes the whole memory behind an array along: these have none but their own.
      const taken = Array.from(secrets, ownMemory);
      try {
        // Serialised before this call returns.
        return ipc.invoke(REQUEST_CHANNEL, command, taken);
      } finally {
        for (const secret of [...taken, ...secrets]) secret.fill(0);
      }
    },
  };
}

function ownMemory(secret: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(secret.length));
  copy.set(secret);
  return copy;
}
