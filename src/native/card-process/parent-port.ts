import type { CardProcessMessage } from '../../core/contract/card-process.ts';
import { FramedChannel } from './framed-channel.ts';

/** The argument that names the descriptor of the pipe to the agent. */
export const CHANNEL_ARGUMENT = '--channel-fd=';

/** The way to the agent, whichever kind of child process this is. */
export type ParentPort = {
  send(message: CardProcessMessage): void;
  /** Orders as they come: not yet checked. Bytes in them are only lent until the listener returns. */
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
  const channel = inheritedChannel();
  if (channel === null) return null;
  return {
    send: (message) => channel.send(message),
    onOrder: (listener) => channel.onMessage(listener),
    onClosed: (listener) => channel.onClosed(listener),
  };
}

function inheritedChannel(): FramedChannel | null {
  const text = process.argv.find((argument) => argument.startsWith(CHANNEL_ARGUMENT))?.slice(CHANNEL_ARGUMENT.length);
  if (text === undefined || !/^\d{1,3}$/.test(text)) return null;
  try {
    return FramedChannel.open(Number(text), { overwriteReceived: true });
  } catch {
    // Named, but no pipe: somebody tries this program by hand.
    return null;
  }
}
