import type { CardProcessMessage } from '../../core/contract/card-process.ts';

/** The way to the agent, whichever kind of child process this is. */
export type ParentPort = {
  send(message: CardProcessMessage): void;
  /** Orders as they come: not yet checked. */
  onOrder(listener: (order: unknown) => void): void;
  /** The agent is gone. */
  onClosed(listener: () => void): void;
};

/** Electron's utilityProcess sets this; its typings are not ours to import. */
type UtilityPort = {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
};

function utilityPort(): UtilityPort | null {
  const port: unknown = Reflect.get(process, 'parentPort');
  return isUtilityPort(port) ? port : null;
}

function isUtilityPort(port: unknown): port is UtilityPort {
  return typeof port === 'object' && port !== null && 'postMessage' in port && 'on' in port;
}

/** null: nobody is there to talk to. */
export function openParentPort(): ParentPort | null {
  const utility = utilityPort();
  if (utility !== null) {
    const post = utility.postMessage.bind(utility);
    return {
      send: (message) => post(message),
      onOrder: (listener) => utility.on('message', (event) => listener(event.data)),
      onClosed: (listener) => utility.on('close', listener),
    };
  }
  if (process.send === undefined) return null;
  return {
    send: (message) => {
      // The agent may vanish between two messages: `disconnect` tells, an error would only repeat it.
      if (process.connected) process.send?.(message, undefined, undefined, () => {});
    },
    onOrder: (listener) => process.on('message', listener),
    onClosed: (listener) => process.on('disconnect', listener),
  };
}
