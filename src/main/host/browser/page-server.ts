import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { PAGE_PATH } from '../../../core/contract/page-channel.ts';
import type { ViewService } from '../desktop-host.ts';
import { LaunchPage } from '../launch-page.ts';
import { Admission, LAUNCH_MS } from './admission.ts';
import { Connections } from './connections.ts';
import { PageDoor } from './page-door.ts';
import { type PageFile, readPageFiles } from './page-files.ts';
import { PeerUsers } from './peer-user.ts';
import { securityHeaders } from './security-headers.ts';

const ADDRESS = '127.0.0.1';
const MAX_CONNECTIONS = 32;
/** Long enough to load the window, or to show a token; the page's own connection is taken out of this. */
const CONNECTION_MS = 10_000;
const MAX_HEADER_BYTES = 8 * 1024;
/** The longest that a timer takes. */
const NEVER_MS = 2 ** 31 - 1;

export type PageServerOptions = {
  /** The folder of the built window. */
  readonly root: string;
  /** Where the launch file is written: below the user's runtime folder, and for nothing else. */
  readonly launchFolder: string;
  /** Monotonic milliseconds, for the tokens; tests say what time it is. */
  readonly clock?: () => number;
};

export type PageServer = {
  readonly port: number;
  /** Whether a page is here. */
  connected(): boolean;
  /** To be called only when the user wants the window: whoever opens this file in time is the page from then on. */
  openLaunch(): Promise<{ readonly file: string }>;
  /** Calls back each time a page was admitted: a new one by a launch, the same one again by its session. Returns how to stop. */
  onConnected(listener: (by: 'launch' | 'session') => void): () => void;
  close(): Promise<void>;
};

/**
 * Serves the window to a browser of this machine: its files to anyone, who can do nothing with them, and the agent to the one
 * page that has shown a token. No cookies: they are shared between all ports of a machine.
 */
export async function servePage(view: ViewService, options: PageServerOptions): Promise<PageServer> {
  const files = readPageFiles(options.root);
  const launchPage = new LaunchPage(options.launchFolder);
  const admission = new Admission(options.clock);
  const listeners = new Set<(by: 'launch' | 'session') => void>();
  const connections = new Connections(MAX_CONNECTIONS, CONNECTION_MS);
  const judged = new WeakMap<Duplex, Promise<boolean>>();
  let expiry: NodeJS.Timeout | undefined;

  const endLaunch = () => {
    clearTimeout(expiry);
    admission.endLaunch();
    launchPage.remove();
  };
  const door = new PageDoor(view, admission, {
    onAdmitted: (connection, by) => {
      if (by === 'launch') endLaunch();
      connections.keep(connection);
      for (const listener of listeners) listener(by);
    },
  });

  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    // Each connection has its own end (Connections): Node's regular look at all of them would only wake an idle machine.
    connectionsCheckingInterval: NEVER_MS,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, ADDRESS, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // An accept that fails is one connection less, not the end of the agent.
  server.on('error', () => undefined);
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
  const { port } = bound;
  const host = `${ADDRESS}:${port}`;
  const origin = `http://${host}`;
  const headers = securityHeaders(port);
  const peers = new PeerUsers(port);

  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    const ours = peers.isOurs(socket).then((own) => {
      if (own) connections.ours(socket);
      else socket.destroy();
      return own;
    });
    judged.set(socket, ours);
  });
  /** Nothing is answered before it is known whose process asks; and one request a connection: none hides behind another. */
  const ifOurs = async (socket: Duplex, serve: () => void): Promise<void> => {
    const ours = judged.get(socket);
    judged.delete(socket);
    if (ours !== undefined && (await ours)) serve();
    else socket.destroy();
  };

  const respond = (request: IncomingMessage, response: ServerResponse) => {
    const verdict = statusOf(request, host, files);
    const always = { ...headers, Connection: 'close' };
    if (typeof verdict === 'number') {
      const allow = verdict === 405 ? { Allow: 'GET, HEAD' } : {};
      response.writeHead(verdict, { ...always, ...allow, 'Content-Length': 0 }).end();
      return;
    }
    response.writeHead(200, {
      ...always,
      'Content-Type': verdict.type,
      'Content-Length': verdict.content.length,
    });
    response.end(request.method === 'HEAD' ? undefined : verdict.content);
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) =>
    void ifOurs(request.socket, () => respond(request, response));
  server.on('request', onRequest);
  // Without this, Node would ask for the body that nobody wants.
  server.on('checkContinue', onRequest);
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    void ifOurs(socket, () => {
      if (request.url !== PAGE_PATH || !isOnly(request, 'host', host) || !isOnly(request, 'origin', origin)) {
        turnAway(socket, 403);
      } else if (admission.listening) door.knock(request, socket, head);
      else turnAway(socket, 503);
    });
  });

  return {
    port,
    connected: () => door.occupied,
    openLaunch: async () => {
      endLaunch();
      try {
        const file = launchPage.write(`${origin}/#${admission.newLaunch()}`);
        expiry = setTimeout(endLaunch, LAUNCH_MS);
        return { file };
      } catch (error) {
        endLaunch();
        throw error;
      }
    },
    onConnected: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      endLaunch();
      listeners.clear();
      await door.close();
      connections.closeAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The file asked for, or the status with which the request is turned away. */
function statusOf(request: IncomingMessage, host: string, files: ReadonlyMap<string, PageFile>): PageFile | number {
  // A name that was rebound to this machine comes with its own Host: only the address itself is served.
  if (!isOnly(request, 'host', host)) return 403;
  if (request.method !== 'GET' && request.method !== 'HEAD') return 405;
  if ('transfer-encoding' in request.headers || (request.headers['content-length'] ?? '0') !== '0') return 400;
  // As it was sent: an address that would have to be decoded first is none of ours.
  return files.get(request.url ?? '') ?? 404;
}

/** Whether this header is there once, and is exactly `value`. */
function isOnly(request: IncomingMessage, header: string, value: string): boolean {
  const found = request.headersDistinct[header];
  return found !== undefined && found.length === 1 && found[0] === value;
}

function turnAway(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
