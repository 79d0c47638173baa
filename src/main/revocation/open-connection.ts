import { lookup as systemLookup } from 'node:dns/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { addressAllowed, bareHost, type LoopbackRule } from './address-rules.ts';
import { errorCode, FetchFailure } from './fetch-failure.ts';

export type Address = { readonly address: string; readonly family: number };
/** All addresses of a name, by the system's own rules (hosts file, name services). Rejects as `dns.lookup` does. */
export type Lookup = (name: string) => Promise<readonly Address[]>;

export type Route = {
  readonly proxy: URL | 'none';
  readonly loopback: LoopbackRule;
  /** PEM of the authorities that https trusts; undefined: Node's own. */
  readonly authorities: string[] | undefined;
  readonly lookup?: Lookup | undefined;
};

/** How long one of several addresses is waited for before the next is tried as well (RFC 8305), milliseconds. */
const NEXT_ADDRESS_MS = 1_000;

/** Bytes of headers that a proxy may answer CONNECT with. */
const MAX_PROXY_HEADER = 8 * 1024;

/**
 * A connection on which the next byte is the first of an HTTP request for `url`: TCP, the way through the proxy, TLS. The caller
 * destroys it. Throws `FetchFailure`, or the signal's reason; then nothing is left open.
 */
export async function openConnection(url: URL, route: Route, signal: AbortSignal): Promise<Socket> {
  const secure = url.protocol === 'https:';
  if (route.proxy === 'none') {
    const addresses = (await resolve(bareHost(url), route.lookup, signal)).filter(({ address }) =>
      addressAllowed(address, route.loopback),
    );
    if (addresses.length === 0) throw new FetchFailure('address-refused');
    const socket = await connected(url, addresses, signal);
    return secure ? await secured(socket, url, route, signal) : socket;
  }
  // The organisation's own choice: a proxy may well run on this machine.
  let socket = await connected(route.proxy, await resolve(bareHost(route.proxy), route.lookup, signal), signal);
  if (route.proxy.protocol === 'https:') socket = await secured(socket, route.proxy, route, signal);
  if (!secure) return socket;
  return await secured(await tunnelled(socket, url, route.proxy, signal), url, route, signal);
}

/** What a proxy is shown of its own URL's name and password (RFC 9110, section 11.7.2; RFC 7617); null: nothing. */
export function proxyCredentials(proxy: URL): { readonly username: string; readonly password: string } | null {
  if (proxy.username === '' && proxy.password === '') return null;
  return { username: plain(proxy.username), password: plain(proxy.password) };
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const portOf = (url: URL) => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port));

async function resolve(name: string, lookup: Lookup | undefined, signal: AbortSignal): Promise<readonly Address[]> {
  const family = isIP(name);
  if (family !== 0) return [{ address: name, family }];
  try {
    // The system's resolver cannot be called off: at the limit it is no longer waited for.
    return await orAborted((lookup ?? ((host) => systemLookup(host, { all: true })))(name), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new FetchFailure(errorCode(error) === '' ? 'unreachable' : 'name-not-found');
  }
}

async function connected(url: URL, addresses: readonly Address[], signal: AbortSignal): Promise<Socket> {
  const [first] = addresses;
  if (first === undefined) throw new FetchFailure('name-not-found');
  signal.throwIfAborted();
  const socket = tcpConnect({
    host: bareHost(url),
    port: portOf(url),
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    lookup: (_, options, done) =>
      options.all === true ? done(null, [...addresses]) : done(null, first.address, first.family),
  });
  return await whenReady(socket, 'connect', signal, () => 'unreachable');
}

/** TLS 1.2 or later over a connection that stands, with the name of `url` in it and checked. */
async function secured(socket: Socket, url: URL, route: Route, signal: AbortSignal): Promise<Socket> {
  const host = bareHost(url);
  try {
    const tls = tlsConnect({
      socket,
      host,
      // An address is not a name to ask for (RFC 6066, section 3); it is checked all the same, by `host`.
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
      rejectUnauthorized: true,
      ...(route.authorities === undefined ? {} : { ca: route.authorities }),
    });
    // A connection that breaks says nothing of the certificate.
    return await whenReady(tls, 'secureConnect', signal, (code) =>
      ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code) ? 'unreachable' : 'tls',
    );
  } catch (error) {
    socket.destroy();
    if (error instanceof FetchFailure) throw error;
    signal.throwIfAborted();
    throw new FetchFailure('tls');
  }
}

/** A way through the proxy by CONNECT (RFC 9110, section 9.3.6). The proxy sees host and port, and nothing that follows. */
async function tunnelled(socket: Socket, url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> {
  const authority = `${url.hostname}:${portOf(url)}`;
  const credentials = proxyCredentials(proxy);
  const { promise, resolve: done, reject } = Promise.withResolvers<Socket>();
  try {
    signal.throwIfAborted();
    const asked = request({
      method: 'CONNECT',
      path: authority,
      headers: {
        Host: authority,
        ...(credentials === null
          ? {}
          : { 'Proxy-Authorization': `Basic ${btoaUtf8(`${credentials.username}:${credentials.password}`)}` }),
      },
      createConnection: () => socket,
      maxHeaderSize: MAX_PROXY_HEADER,
    });
    asked.on('error', (error) =>
      reject(new FetchFailure(errorCode(error).startsWith('HPE_') ? 'refused-status' : 'unreachable')),
    );
    asked.once('response', (answer) => reject(new FetchFailure('refused-status', answer.statusCode ?? null)));
    asked.once('connect', (answer, _, head) => {
      const status = answer.statusCode ?? 0;
      // A server waits for our first word: bytes before it come from the proxy, and are not TLS.
      if (status < 200 || status > 299) reject(new FetchFailure('refused-status', status));
      else if (head.length > 0) reject(new FetchFailure('refused-status'));
      else done(socket);
    });
    asked.end();
    return await orAborted(promise, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const btoaUtf8 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

async function whenReady(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  reason: (code: string) => FetchFailure['reason'],
): Promise<Socket> {
  // What breaks is told by whoever waits or reads; one that breaks when nobody does must not end the agent.
  socket.on('error', () => undefined);
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new FetchFailure(reason(errorCode(error)));
  }
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
