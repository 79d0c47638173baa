import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/**
 * One process at a time has a PGlite folder: two would destroy it. Whoever has it listens on a socket in it, which goes with
 * its process, and over which the command line reaches a desk that runs.
 */

/** What the operating systems allow for the path of such a socket, with its closing NUL. */
const LONGEST_PATH = 103;

export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

export type FolderLock = {
  /** Called with each caller, while the desk runs. */
  serve(listener: (socket: Socket) => void): void;
  release(): Promise<void>;
};

export const socketOf = (folder: string): string => join(folder, 'desk.sock');

/** Rejects with {@link FolderInUse} while another process has the folder. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = socketOf(folder);
  if (Buffer.byteLength(path) > LONGEST_PATH) throw new Error(`the path of the data folder is too long: ${folder}`);
  const server = (await listenOn(path)) ?? (await listenAfterDead(path));
  if (server === null) throw new FolderInUse('another card desk has this data folder open');
  let serving: ((socket: Socket) => void) | null = null;
  server.on('connection', (socket) => (serving === null ? socket.destroy() : serving(socket)));
  return {
    serve(listener) {
      serving = listener;
    },
    async release() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
    },
  };
}

async function listenOn(path: string): Promise<Server | null> {
  // A caller ends its input and then waits for the rest of the answer.
  const server = createServer({ allowHalfOpen: true });
  // Whoever may connect may do what the command line does.
  const before = process.umask(0o177);
  try {
    server.listen(path);
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  } finally {
    process.umask(before);
  }
}

/** A process that was killed leaves its socket behind: nobody answers on it. */
async function listenAfterDead(path: string): Promise<Server | null> {
  if (await answers(path)) return null;
  // Moved before it is judged again: if another has listened anew meanwhile, its socket goes back where it was.
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return await listenOn(path);
  }
  if (await answers(aside)) {
    renameSync(aside, path);
    return null;
  }
  rmSync(aside, { force: true });
  return await listenOn(path);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
