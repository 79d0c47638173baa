import { createConnection, type Socket } from 'node:net';
import * as v from 'valibot';
import { type ControlRequest, encodeFrame, FrameReader } from '../../core/contract/control.ts';

/** A running agent, called over its socket. */
export type ControlConnection = {
  /** Sends a request; its secrets are overwritten. The answers are those of {@link messages}. */
  send(request: ControlRequest, secrets?: readonly Uint8Array[]): void;
  /** What the agent says, until it hangs up. */
  messages(): AsyncIterableIterator<unknown>;
  /** The first message that `schema` accepts; null when the agent hangs up or does not say it within `limitMs`. */
  answer<Output>(schema: v.GenericSchema<unknown, Output>, limitMs: number): Promise<Output | null>;
  close(): void;
};

/** Resolves with null when no agent runs for this user. */
export function callAgent(address: string): Promise<ControlConnection | null> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once('error', () => resolve(null));
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.on('error', () => socket.destroy());
      resolve(connection(socket));
    });
  });
}

function connection(socket: Socket): ControlConnection {
  const reader = new FrameReader();
  async function* messages(): AsyncGenerator<unknown, undefined> {
    for await (const bytes of socket) {
      for (const { json } of reader.push(bytes)) yield json;
    }
  }
  return {
    send: (request, secrets = []) => {
      const frame = encodeFrame(request, secrets);
      for (const secret of secrets) secret.fill(0);
      socket.write(frame, () => frame.fill(0));
    },
    messages,
    answer: async (schema, limitMs) => {
      // A stopped agent keeps its socket open and says nothing: hanging up ends the wait.
      const limit = setTimeout(() => socket.destroy(), limitMs);
      try {
        for await (const message of messages()) {
          const parsed = v.safeParse(schema, message);
          if (parsed.success) return parsed.output;
        }
      } catch {
        // Hung up, by either side.
      } finally {
        clearTimeout(limit);
      }
      return null;
    },
    close: () => socket.destroy(),
  };
}
