import { chmodSync, closeSync, openSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import * as v from 'valibot';
import {
  type ControlRequest,
  ControlRequestSchema,
  encodeFrame,
  FrameReader,
  MAX_REQUEST_JSON,
} from '../../core/contract/control.ts';

/** A caller that says nothing whole for this long is hung up on. */
const PATIENCE_MS = 10_000;
const MAX_CALLERS = 16;
const STALE_LOCK_MS = 10_000;
const MAX_UNREAD_BYTES = 1024 * 1024;

export type ControlCaller = {
  /** Answers, or goes on telling; does nothing once the caller has gone. */
  send(json: unknown): void;
  onGone(listener: () => void): void;
};

export type ControlHandler = (request: ControlRequest, secrets: readonly Uint8Array[], caller: ControlCaller) => void;

export type ControlServer = { close(): Promise<void> };

/**
 * Listens on the agent's local socket; whoever holds it is the one agent of this user. Resolves with null when another
 * one answers there. A socket that a crashed agent left behind is taken over.
 */
export async function listenForControl(address: string, handle: ControlHandler): Promise<ControlServer | null> {
  const callers = new Set<Socket>();
  const server = createServer((socket) => {
    if (callers.size >= MAX_CALLERS) {
      socket.destroy();
      return;
    }
    callers.add(socket);
    socket.on('close', () => callers.delete(socket));
    serve(socket, handle);
  });
  if (!(await tryListen(server, address))) {
    if ((await isAnswered(address)) || !(await takeOver(server, address))) return null;
  }
  // An accept that fails is one caller less, not the end of the agent.
  server.on('error', () => undefined);
  if (process.platform !== 'win32') chmodSync(address, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of callers) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function tryListen(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    server.once('error', refused);
    server.listen(address, () => {
      server.off('error', refused);
      resolve(true);
    });
  });
}

/** Of several agents that start at once and find the same dead socket, one takes it over: the one that can make the lock file. */
async function takeOver(server: Server, address: string): Promise<boolean> {
  const lock = `${address}.lock`;
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch {
    // A lock that outlived its maker stands in nobody's way for long.
    const made = statSync(lock, { throwIfNoEntry: false });
    if (made !== undefined && Date.now() - made.mtimeMs > STALE_LOCK_MS) rmSync(lock, { force: true });
    return false;
  }
  try {
    if (await isAnswered(address)) return false;
    unlinkSync(address);
    return await tryListen(server, address);
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(address);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

/** A state too large for a frame is told as such. */
function frameOf(json: unknown): Uint8Array {
  try {
    return encodeFrame(json);
  } catch {
    return encodeFrame({ event: 'too-large' });
  }
}

function serve(socket: Socket, handle: ControlHandler): void {
  const reader = new FrameReader(MAX_REQUEST_JSON);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => reader.end());
  const caller: ControlCaller = {
    send: (json) => {
      if (!socket.writable) return;
      // A caller that does not read what it follows is hung up on before it costs memory.
      if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
      else socket.write(frameOf(json));
    },
    onGone: (listener) => socket.on('close', listener),
  };
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const { json, secrets } of reader.push(bytes)) {
        const request = v.safeParse(ControlRequestSchema, json);
        if (!request.success) {
          for (const secret of secrets) secret.fill(0);
          socket.destroy();
          return;
        }
        // An answer may take as long as the card does.
        socket.setTimeout(0);
        handle(request.output, secrets, caller);
      }
    } catch {
      socket.destroy();
    } finally {
      bytes.fill(0);
    }
  });
}
