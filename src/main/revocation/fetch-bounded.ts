import { readFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import * as tls from 'node:tls';
import axios, { type AxiosResponse } from 'axios';
import { bareHost, type LoopbackRule, urlAllowed } from './address-rules.ts';
import { errorCode, FetchFailure, type FetchFailureReason } from './fetch-failure.ts';
import { type Lookup, openConnection, proxyCredentials, type Route } from './open-connection.ts';
import { chooseProxy, type ProxyRule } from './proxy-choice.ts';

/**
 * Fetches what certificates point to: CRLs and issuers' certificates by GET, OCSP answers by POST. The addresses come from
 * certificates, which may be hostile, and most answers over plain http: so everything is bounded, nothing of this machine or
 * its user is told, and what comes is just bytes until their signature was judged.
 *
 * axios speaks HTTP here. Names, addresses, proxies, TLS and redirects are ours, so that each failure has its own reason and
 * the connection goes where it was judged to go.
 */

export type FetchLimits = {
  /** Largest answer, in bytes as they are sent; compressed answers are refused. */
  readonly bytes: number;
  /** Name, TCP, proxy and TLS together, for each address on the way; milliseconds. */
  readonly connectMs: number;
  /** From the request to the headers of its answer. */
  readonly firstByteMs: number;
  /** Everything, redirects included. */
  readonly wholeMs: number;
};

export type FetchRules = {
  readonly proxy: ProxyRule;
  /** PEM file of authorities that https trusts besides Node's own; null: none. Revocation over https is rare, and signed anyway. */
  readonly caFile: string | null;
  /** `refuse` unless in tests. */
  readonly loopback: LoopbackRule;
};

export type FetchRequest = {
  /** As it stands in the certificate. */
  readonly url: string;
  /** An OCSP request (RFC 6960, appendix A.1) is sent by POST. */
  readonly wanted:
    | { readonly kind: 'crl' | 'certificate' }
    | { readonly kind: 'ocsp'; readonly question: Uint8Array<ArrayBuffer> };
  readonly rules: FetchRules;
  /** Those of `FETCH_LIMITS` unless told. */
  readonly limits?: Partial<FetchLimits>;
  readonly signal?: AbortSignal;
  /** The system's own unless told. */
  readonly lookup?: Lookup;
};

export type FetchOutcome =
  | { readonly ok: true; readonly der: Uint8Array<ArrayBuffer> }
  | {
      readonly ok: false;
      readonly reason: FetchFailureReason;
      /** The host that failed, without port, path and query; null where the address was not even a URL. */
      readonly host: string | null;
      /** For 'refused-status' by HTTP, else null. */
      readonly status: number | null;
    };

type FetchKind = FetchRequest['wanted']['kind'];

/** A CRL of 100,000 entries has 5 MB; an OCSP answer with its responder's certificate some 2 kB. */
export const FETCH_LIMITS: Readonly<Record<FetchKind, FetchLimits>> = {
  crl: { bytes: 16 * 1024 * 1024, connectMs: 5_000, firstByteMs: 10_000, wholeMs: 60_000 },
  ocsp: { bytes: 64 * 1024, connectMs: 5_000, firstByteMs: 10_000, wholeMs: 15_000 },
  certificate: { bytes: 64 * 1024, connectMs: 5_000, firstByteMs: 10_000, wholeMs: 15_000 },
};

const MAX_REDIRECTS = 3;
const MAX_URL_LENGTH = 2_048;
const MAX_HEADER_BYTES = 16 * 1024;
const UNANNOUNCED_BYTES = 64 * 1024;

/** Types of RFC 2585, RFC 5280 (section 4.2.2.1) and RFC 6960; not enforced on answers, since servers rarely know them. */
const ACCEPTED: Readonly<Record<FetchKind, string>> = {
  crl: 'application/pkix-crl, */*;q=0.1',
  certificate: 'application/pkix-cert, application/pkcs7-mime;q=0.9, */*;q=0.1',
  ocsp: 'application/ocsp-response',
};

const client = axios.create({
  adapter: 'http',
  responseType: 'stream',
  decompress: false,
  maxRedirects: 0,
  validateStatus: () => true,
});

/** Never rejects; nothing of the URL but its host, and nothing of an answer but its status, is in a failure. */
export async function fetchBounded(request: FetchRequest): Promise<FetchOutcome> {
  const limits = { ...FETCH_LIMITS[request.wanted.kind], ...request.limits };
  const stop = new AbortController();
  const onAbort = () => stop.abort(new FetchFailure('aborted'));
  const whole = setTimeout(() => stop.abort(new FetchFailure('timed-out')), limits.wholeMs);
  let host: string | null = null;
  try {
    if (request.signal?.aborted === true) onAbort();
    request.signal?.addEventListener('abort', onAbort, { once: true });
    let url = firstUrl(request.url);
    const visited = new Set<string>();
    for (;;) {
      host = bareHost(url);
      visited.add(url.href);
      if (!urlAllowed(url, request.rules.loopback)) throw new FetchFailure('address-refused');
      const answer = await ask(url, request, limits, stop);
      if (answer.kind === 'body') return { ok: true, der: answer.der };
      url = nextUrl(url, answer.location, visited);
    }
  } catch (error) {
    const failure = failureOf(error, stop.signal);
    return { ok: false, reason: failure.reason, host, status: failure.status };
  } finally {
    clearTimeout(whole);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

function failureOf(error: unknown, signal: AbortSignal): FetchFailure {
  // What breaks because it was stopped, broke because of that.
  if (signal.reason instanceof FetchFailure) return signal.reason;
  if (error instanceof FetchFailure) return error;
  return new FetchFailure(errorCode(error).startsWith('HPE_') ? 'refused-status' : 'unreachable');
}

/** http and https only, without a user's name or password, and of a sane length. */
function parseUrl(text: string, base?: URL): URL | null {
  if (text.length > MAX_URL_LENGTH || !URL.canParse(text, base?.href)) return null;
  const url = new URL(text, base?.href);
  url.hash = '';
  const plain = url.username === '' && url.password === '' && url.href.length <= MAX_URL_LENGTH;
  return plain && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null;
}

function firstUrl(text: string): URL {
  const url = parseUrl(text);
  if (url === null) throw new FetchFailure('address-refused');
  return url;
}

function nextUrl(from: URL, location: string, visited: ReadonlySet<string>): URL {
  const url = parseUrl(location, from);
  const downgrade = from.protocol === 'https:' && url?.protocol === 'http:';
  if (url === null || downgrade || visited.has(url.href) || visited.size > MAX_REDIRECTS)
    throw new FetchFailure('redirect-refused');
  return url;
}

type Answer =
  | { readonly kind: 'body'; readonly der: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'redirect'; readonly location: string };

async function ask(url: URL, request: FetchRequest, limits: FetchLimits, stop: AbortController): Promise<Answer> {
  const route = await routeTo(url, request);
  const socket = await within(limits.connectMs, stop, () => openConnection(url, route, stop.signal));
  try {
    const answer = await within(limits.firstByteMs, stop, () => answerOn(socket, url, route, request, stop.signal));
    const redirect = redirectOf(answer, request.wanted.kind);
    if (redirect !== null) return { kind: 'redirect', location: redirect };
    return { kind: 'body', der: await bodyOf(answer, limits.bytes) };
  } finally {
    socket.destroy();
  }
}

async function routeTo(url: URL, { rules, lookup }: FetchRequest): Promise<Route> {
  const proxy = chooseProxy(url, rules.proxy, process.env);
  if (proxy === 'unusable') throw new FetchFailure('unreachable');
  const overTls = url.protocol === 'https:' || (proxy !== 'none' && proxy.protocol === 'https:');
  const authorities = overTls && rules.caFile !== null ? await authoritiesWith(rules.caFile) : undefined;
  return { proxy, loopback: rules.loopback, authorities, lookup };
}

async function authoritiesWith(file: string): Promise<string[]> {
  try {
    // From Node 22.15 on, with what NODE_EXTRA_CA_CERTS and --use-system-ca add; before that, those that Node brings.
    const isNew = typeof tls.getCACertificates === 'function';
    const own = isNew ? tls.getCACertificates('default') : tls.rootCertificates;
    return [...own, await readFile(file, 'utf8')];
  } catch {
    throw new FetchFailure('tls');
  }
}

async function within<T>(limitMs: number, stop: AbortController, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => stop.abort(new FetchFailure('timed-out')), limitMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** One exchange over a connection that stands: no agent, so no pool, no reuse, and `Connection: close`. */
async function answerOn(
  socket: Socket,
  url: URL,
  { proxy }: Route,
  { wanted }: FetchRequest,
  signal: AbortSignal,
): Promise<AxiosResponse<unknown>> {
  const secure = url.protocol === 'https:';
  const transport = {
    request: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest =>
      (secure ? secureRequest : plainRequest)(
        {
          ...options,
          protocol: url.protocol,
          agent: undefined,
          createConnection: () => socket,
          maxHeaderSize: MAX_HEADER_BYTES,
        },
        onAnswer,
      ),
  };
  return await client.request<unknown>({
    url: url.href,
    ...(wanted.kind === 'ocsp' ? { method: 'POST', data: Buffer.from(wanted.question) } : { method: 'GET' }),
    headers: {
      Host: url.host,
      Accept: ACCEPTED[wanted.kind],
      'Accept-Encoding': 'identity',
      // No version, no system: whoever listens learns that it is one of many.
      'User-Agent': 'Wardkey',
      ...(wanted.kind === 'ocsp' ? { 'Content-Type': 'application/ocsp-request' } : {}),
    },
    // https went through the proxy by CONNECT already; http is asked of it by whole URL (RFC 9112, section 3.2.2).
    proxy: secure || proxy === 'none' ? false : forwarding(proxy),
    transport,
    signal,
  });
}

function forwarding(proxy: URL) {
  const auth = proxyCredentials(proxy);
  return {
    protocol: proxy.protocol,
    host: bareHost(proxy),
    port: Number(proxy.port === '' ? 80 : proxy.port),
    ...(auth === null ? {} : { auth }),
  };
}

/** Where the answer sends us; null: it is one to be read. A POST is repeated for 307 and 308 only (RFC 9110, section 15.4). */
function redirectOf({ status, headers }: AxiosResponse, kind: FetchKind): string | null {
  if (![301, 302, 303, 307, 308].includes(status)) return null;
  const location: unknown = headers.location;
  if (typeof location !== 'string' || (kind === 'ocsp' && status < 307)) throw new FetchFailure('redirect-refused');
  return location;
}

/** The bytes of a 200, in memory of their own. */
async function bodyOf({ status, headers, data }: AxiosResponse<unknown>, limit: number) {
  if (status !== 200) throw new FetchFailure('refused-status', status);
  const encoding: unknown = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw new FetchFailure('encoded');
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > limit) throw new FetchFailure('too-large');
  if (!(data instanceof Readable)) throw new FetchFailure('unreachable');
  // Put in place as it comes: joining a large list at its end would keep the agent from everything else for that long.
  let der = new Uint8Array(announced > 0 ? announced : UNANNOUNCED_BYTES);
  let length = 0;
  for await (const chunk of data) {
    if (!(chunk instanceof Uint8Array)) throw new FetchFailure('unreachable');
    const end = length + chunk.length;
    if (end > limit) throw new FetchFailure('too-large');
    if (end > der.length) der = grown(der, Math.min(limit, Math.max(end, der.length * 2)));
    der.set(chunk, length);
    length = end;
  }
  return length === der.length ? der : der.slice(0, length);
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(bytes);
  return longer;
}
