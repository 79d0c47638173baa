import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import axios from 'axios';
import type { Policy } from '../../core/agent/policy.ts';
import { deskHttpRequest, deskResultOf, type HttpRequest } from '../../core/contract/card-desk/http.ts';
import {
  type DeskAnswer,
  type DeskAsk,
  type DeskOperationName,
  takesKey,
} from '../../core/contract/card-desk/operations.ts';
import type { DeskProblem } from '../../core/contract/card-desk/problems.ts';
import { bareHost, urlAllowed } from '../revocation/address-rules.ts';
import { errorCode, FetchFailure, type FetchFailureReason } from '../revocation/fetch-failure.ts';
import { type Lookup, openConnection, proxyCredentials, type Route } from '../revocation/open-connection.ts';
import { chooseProxy } from '../revocation/proxy-choice.ts';

/**
 * The card desk over HTTPS. Each request has a connection of its own, on which the desk has to show who it is before a word is
 * said to it; everything is bounded, in time and size. No failure carries anything of what was asked or answered.
 */

export type DeskReply<Name extends DeskOperationName> =
  | { readonly kind: 'done'; readonly answer: DeskAnswer<Name> }
  | { readonly kind: 'refused'; readonly problem: DeskProblem }
  /** It was not reached, or its answer was lost. `sent`: it may have heard, and done, what was asked. */
  | { readonly kind: 'not-reached'; readonly reason: FetchFailureReason; readonly sent: boolean }
  /** It could not show that it is the desk of this organisation. */
  | { readonly kind: 'not-trusted' }
  /** It answered, but not as a card desk does. What was asked may have been done. */
  | { readonly kind: 'not-understood'; readonly status: number };

export type DeskClientOptions = {
  readonly policy: Policy['desk'];
  readonly limits?: Partial<DeskLimits>;
  /** The system's own unless told. */
  readonly lookup?: Lookup;
  readonly environment?: NodeJS.ProcessEnv;
};

export type DeskLimits = {
  /** Name, TCP, proxy and TLS together; milliseconds. */
  readonly connectMs: number;
  /** All of one request. */
  readonly wholeMs: number;
  /** Before each repetition of a request that may be repeated. */
  readonly repeatAfterMs: readonly number[];
};

export const DESK_LIMITS: DeskLimits = { connectMs: 5_000, wholeMs: 15_000, repeatAfterMs: [300, 1_500] };

const MAX_ANSWER_BYTES = 32 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * What may be asked twice: the state of a journey, and what came of a release, which by its number is taken once; besides, what
 * has an idempotency key. A code or a proof asked twice is a try spent: whoever asks decides about them.
 */
const REPEATABLE: ReadonlySet<DeskOperationName> = new Set(['unlock', 'report']);

/** What is anything else than a desk that cannot be reached just now. */
const UNTRUSTED: ReadonlySet<FetchFailureReason> = new Set(['tls', 'address-refused', 'redirect-refused']);

const client = axios.create({
  adapter: 'http',
  responseType: 'stream',
  decompress: false,
  maxRedirects: 0,
  validateStatus: () => true,
});

export type AskOptions = {
  /** The journey's, where the operation wants it. */
  readonly token?: string | null;
  /** 256 bits, base64url: with it an operation that takes an idempotency key is repeated when its answer is lost. */
  readonly key?: string | null;
  readonly signal?: AbortSignal;
};

export class DeskClient {
  readonly #policy: Policy['desk'];
  readonly #limits: DeskLimits;
  readonly #lookup: Lookup | undefined;
  readonly #environment: NodeJS.ProcessEnv;

  constructor({ policy, limits, lookup, environment = process.env }: DeskClientOptions) {
    this.#policy = policy;
    this.#limits = { ...DESK_LIMITS, ...limits };
    this.#lookup = lookup;
    this.#environment = environment;
  }

  /** The desk's address as proofs name it; null: there is none. */
  get origin(): string | null {
    return this.#policy.address === undefined ? null : new URL(this.#policy.address).origin;
  }

  /** Never rejects. */
  async ask<Name extends DeskOperationName>(
    name: Name,
    ask: Partial<DeskAsk<Name>>,
    { token = null, key = null, signal }: AskOptions = {},
  ): Promise<DeskReply<Name>> {
    const request = deskHttpRequest(name, ask, token, key);
    const repeatable = REPEATABLE.has(name) || (key !== null && takesKey(name));
    for (let repetition = 0; ; repetition++) {
      const reply = await this.#once(name, request, signal);
      const pause = this.#limits.repeatAfterMs[repetition];
      const again = reply.kind === 'not-reached' && (repeatable || !reply.sent);
      if (!again || pause === undefined || signal?.aborted === true) return reply;
      await wait(pause, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  }

  async #once<Name extends DeskOperationName>(
    name: Name,
    request: HttpRequest,
    signal: AbortSignal | undefined,
  ): Promise<DeskReply<Name>> {
    const exchange = { sent: false };
    try {
      const { status, body } = await this.#exchange(request, signal, exchange);
      const result = deskResultOf(name, status, body);
      if (result === null) return { kind: 'not-understood', status };
      return result.ok ? { kind: 'done', answer: result.answer } : { kind: 'refused', problem: result.problem };
    } catch (error) {
      const reason = error instanceof FetchFailure ? error.reason : 'unreachable';
      if (UNTRUSTED.has(reason) && !exchange.sent) return { kind: 'not-trusted' };
      return { kind: 'not-reached', reason, sent: exchange.sent };
    }
  }

  async #exchange(request: HttpRequest, signal: AbortSignal | undefined, exchange: { sent: boolean }) {
    const stop = new AbortController();
    const onAbort = () => stop.abort(new FetchFailure('aborted'));
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const whole = setTimeout(() => stop.abort(new FetchFailure('timed-out')), this.#limits.wholeMs);
    let socket: Socket | null = null;
    try {
      const url = this.#urlOf(request.target);
      const route = await this.#routeTo(url);
      const connecting = setTimeout(() => stop.abort(new FetchFailure('timed-out')), this.#limits.connectMs);
      socket = await openConnection(url, route, stop.signal).finally(() => clearTimeout(connecting));
      this.#mustBePinned(socket);
      exchange.sent = true;
      return await answerOn(socket, url, route.proxy, request, stop.signal);
    } catch (error) {
      // What breaks because it was stopped, broke because of that.
      throw stop.signal.reason instanceof FetchFailure ? stop.signal.reason : error;
    } finally {
      clearTimeout(whole);
      signal?.removeEventListener('abort', onAbort);
      socket?.destroy();
    }
  }

  #urlOf(target: string): URL {
    const { address, loopback } = this.#policy;
    if (address === undefined) throw new FetchFailure('address-refused');
    const url = new URL(target, address);
    const host = bareHost(url);
    const here = host === 'localhost' || host === '::1' || host.startsWith('127.');
    const plain = url.protocol === 'http:' && loopback && here;
    if (url.protocol !== 'https:' && !plain) throw new FetchFailure('address-refused');
    if (!urlAllowed(url, loopback ? 'allow' : 'refuse')) throw new FetchFailure('address-refused');
    return url;
  }

  async #routeTo(url: URL): Promise<Route> {
    const { caFile, loopback } = this.#policy;
    const proxy = chooseProxy(url, this.#policy.proxy, this.#environment);
    if (proxy === 'unusable') throw new FetchFailure('unreachable');
    const authorities = caFile === undefined || url.protocol === 'http:' ? undefined : [await readAuthorities(caFile)];
    return { proxy, loopback: loopback ? 'allow' : 'refuse', authorities, lookup: this.#lookup };
  }

  /** Besides a good certificate, never instead of one. */
  #mustBePinned(socket: Socket): void {
    const { pinnedKeys } = this.#policy;
    if (pinnedKeys.length === 0) return;
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    const spki = certificate?.publicKey.export({ type: 'spki', format: 'der' });
    const pin = spki === undefined ? null : createHash('sha256').update(spki).digest('base64');
    if (pin === null || !pinnedKeys.includes(pin)) throw new FetchFailure('tls');
  }
}

async function readAuthorities(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new FetchFailure('tls');
  }
}

async function answerOn(
  socket: Socket,
  url: URL,
  proxy: URL | 'none',
  request: HttpRequest,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const secure = url.protocol === 'https:';
  const transport = {
    request: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest =>
      (secure ? secureRequest : plainRequest)(
        { ...options, agent: undefined, createConnection: () => socket, maxHeaderSize: MAX_HEADER_BYTES },
        onAnswer,
      ),
  };
  try {
    const { status, headers, data } = await client.request<unknown>({
      url: url.href,
      method: request.method,
      headers: { ...request.headers, 'Accept-Encoding': 'identity', 'User-Agent': 'Wardkey' },
      ...(request.body === null ? {} : { data: Buffer.from(request.body) }),
      // https went through the proxy by CONNECT already; http is asked of it by whole URL (RFC 9112, section 3.2.2).
      proxy: secure || proxy === 'none' ? false : forwarding(proxy),
      transport,
      signal,
    });
    if (headers['content-encoding'] !== undefined) throw new FetchFailure('encoded');
    return { status, body: await jsonOf(data) };
  } catch (error) {
    if (error instanceof FetchFailure) throw error;
    throw new FetchFailure(errorCode(error).startsWith('HPE_') ? 'refused-status' : 'unreachable');
  }
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

/** What is no JSON is told apart from what never came: null is no answer of the desk. */
async function jsonOf(stream: unknown): Promise<unknown> {
  if (!(stream instanceof Readable)) throw new FetchFailure('unreachable');
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new FetchFailure('unreachable');
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new FetchFailure('too-large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}
