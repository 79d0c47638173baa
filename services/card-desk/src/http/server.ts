import { readFileSync } from 'node:fs';
import { Server as TlsServer } from 'node:tls';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import * as v from 'valibot';
import {
  DESK_OPERATION_NAMES,
  DESK_OPERATIONS,
  type DeskOperationName,
  type DeskRequest,
  IDEMPOTENCY_HEADER,
  IdempotencyKeySchema,
} from '../../../../src/core/contract/card-desk/operations.ts';
import { DESK_PROBLEMS, type DeskProblem } from '../../../../src/core/contract/card-desk/problems.ts';
import type { Desk, Refusal } from '../desk.ts';
import { withinLimits } from '../limits.ts';
import { KeyNotHere } from '../secrets/key-ring.ts';
import { DatabaseUnavailable } from '../store/database.ts';
import { healthOf } from './health.ts';
import { type Log, traceOf } from './log.ts';
import { openApiDocument } from './openapi.ts';
import { type Caller, HANDLERS } from './operations.ts';
import { addRaPage, PAGE_HEADERS } from './ra-page.ts';
import { sourceOf } from './source.ts';
import { trustedProxiesOf } from './trusted-proxies.ts';

const MAX_BODY = 32 * 1024;
const PATIENCE_MS = 15_000;

export type DeskServer = {
  /** Where it listens, as an address to call. */
  listen(): Promise<string>;
  /** Reads certificate and key anew; connections that are open go on with the old ones. */
  reloadTls(): void;
  /** Takes no more requests, and resolves when those under way are answered. */
  close(): Promise<void>;
};

/** The API over HTTPS, or over HTTP where something in front brings TLS. */
export function deskServer(desk: Desk, log: Log, version: string): DeskServer {
  const { tls, listen, trustedProxies } = desk.settings;
  const files = () => (tls === null ? null : { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) });
  const https = files();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- over TLS or not, the same routes; Fastify's types differ
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY,
    requestTimeout: PATIENCE_MS,
    connectionTimeout: 2 * PATIENCE_MS,
    keepAliveTimeout: PATIENCE_MS,
    // The answer of a request that is under way when the desk stops still goes out; new ones on its connection do not come in.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: trustedProxies.length === 0 ? false : (trustedProxiesOf(trustedProxies) ?? false),
    ...(https === null ? {} : { https: { ...https, minVersion: 'TLSv1.2' } }),
  }) as unknown as FastifyInstance;
  app.removeContentTypeParser('text/plain');

  app.addHook('onSend', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      ...(request.routeOptions.config.operation === 'page' ? PAGE_HEADERS : {}),
      ...(https === null ? {} : { 'strict-transport-security': 'max-age=31536000' }),
    });
  });
  app.addHook('onResponse', async (request, reply) => {
    const operation = request.routeOptions.config.operation ?? 'none';
    const seconds = reply.elapsedTime / 1000;
    desk.metrics.count('card_desk_requests_total', { operation, status: String(reply.statusCode) });
    desk.metrics.took(operation, seconds);
    const level = reply.statusCode >= 500 ? 'error' : 'info';
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10;
    log({ level, event: 'request', operation, status: reply.statusCode, milliseconds, request: request.id });
  });
  app.setErrorHandler((error, request, reply) => answerError(desk, log, error, request, reply));
  app.setNotFoundHandler((_, reply) => refuse(reply, { code: 'Desk_NotFound' }));

  for (const name of DESK_OPERATION_NAMES) addOperation(app, desk, name);
  if (!addRaPage(app)) log({ level: 'warn', event: 'page-not-built' });
  const document = openApiDocument(version);
  app.get('/openapi.json', { config: { operation: 'openapi' } }, async () => document);
  const health = healthOf(desk.database);
  app.get('/healthz', { config: { operation: 'healthz' } }, async () => {
    await health();
    return { status: 'ok' };
  });

  return {
    listen: () => app.listen({ host: listen.host, port: listen.port }),
    reloadTls() {
      const fresh = files();
      const server: unknown = app.server;
      if (fresh !== null && server instanceof TlsServer) server.setSecureContext({ ...fresh, minVersion: 'TLSv1.2' });
    },
    close: () => app.close(),
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly operation?: string;
  }
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it ties a handler to its own request
function addOperation<Name extends DeskOperationName>(app: FastifyInstance, desk: Desk, name: Name): void {
  const { method, path, parameters, query, body, done, answer, token } = DESK_OPERATIONS[name];
  const whole = v.strictObject({ parameters, query, body: body ?? v.null() });
  app.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { operation: name },
    handler: async (request, reply) => {
      const shown = keyOf(request);
      const caller: Caller = { token: bearerOf(request), source: sourceOf(request.ip), key: shown?.key ?? null };
      const limited = await withinLimits(desk, [{ limit: 'requestsOfSource', of: caller.source }]);
      if (!limited.ok) return refuse(reply, limited.refusal);
      const parsed = v.safeParse(whole, {
        parameters: request.params,
        query: request.query,
        body: body === null ? null : request.body,
      });
      if (!parsed.success || shown === null) return refuse(reply, { code: 'Desk_BadRequest' });
      if (token !== null && caller.token === '') {
        return refuse(reply, { code: token === 'ra' ? 'Desk_SignIn' : 'Desk_NotFound' });
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schemas of this very operation have accepted it
      const outcome = await HANDLERS[name](desk, parsed.output as unknown as DeskRequest<Name>, caller);
      if (!outcome.ok) return refuse(reply, outcome.refusal);
      // An answer that its own schema would not take must not go out.
      return reply.code(done).send(answer === null ? undefined : v.parse(answer, outcome.answer));
    },
  });
}

function bearerOf(request: FastifyRequest): string {
  return /^Bearer ([\w-]{43})$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** null: what was shown is no key. */
function keyOf(request: FastifyRequest): { readonly key: string | null } | null {
  const shown = request.headers[IDEMPOTENCY_HEADER];
  if (shown === undefined) return { key: null };
  const parsed = v.safeParse(IdempotencyKeySchema, shown);
  return parsed.success ? { key: parsed.output } : null;
}

function refuse(reply: FastifyReply, { code, ...more }: Refusal): FastifyReply {
  const { status, says, next } = DESK_PROBLEMS[code];
  const problem: DeskProblem = { code, says, next, ...more };
  if (more.retryAfterSeconds !== undefined) reply.header('retry-after', String(more.retryAfterSeconds));
  return reply.code(status).send(problem);
}

function answerError(desk: Desk, log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof DatabaseUnavailable) {
    desk.metrics.count('card_desk_database_failures_total');
    log({ level: 'error', event: 'database', code: error.message, request: request.id });
    reply.header('retry-after', '5');
    return refuse(reply, { code: 'Desk_Unavailable' });
  }
  if (error instanceof KeyNotHere) {
    // Another instance has the key: whoever asks again reaches that one, or this one after its keys were read anew.
    log({ level: 'error', event: 'key-not-here', code: error.message, request: request.id });
    return refuse(reply, { code: 'Desk_Unavailable' });
  }
  // What Fastify itself refuses: no JSON, too much of it, another type.
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) return refuse(reply, { code: 'Desk_BadRequest' });
  const operation = request.routeOptions.config.operation ?? 'none';
  log({ level: 'error', event: 'failure', operation, request: request.id, ...traceOf(error) });
  return refuse(reply, { code: 'Desk_Internal' });
}
