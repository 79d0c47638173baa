import { createServer, type ServerResponse } from 'node:http';
import type { Desk } from '../desk.ts';
import { healthOf } from './health.ts';

/**
 * What operators ask: /metrics and /healthz, on an address of their own. Counts of messages tell known addresses from unknown
 * ones to whoever can read them while they ask, so they are not where everybody asks.
 */
export function operationsServer(
  desk: Desk,
  at: { readonly host: string; readonly port: number },
): { listen(): Promise<string>; close(): Promise<void> } {
  const health = healthOf(desk.database);
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET') answer(response, 405, 'text/plain', '');
    else if (path === '/metrics') answer(response, 200, 'text/plain; version=0.0.4', desk.metrics.text());
    else if (path === '/healthz') {
      health().then(
        () => answer(response, 200, 'application/json', '{"status":"ok"}'),
        () => answer(response, 503, 'application/json', '{"status":"no database"}'),
      );
    } else answer(response, 404, 'text/plain', '');
  });
  server.requestTimeout = 5000;
  return {
    listen() {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      server.once('error', reject);
      server.listen(at.port, at.host, () => {
        const bound = server.address();
        const port = typeof bound === 'object' && bound !== null ? bound.port : at.port;
        resolve(`http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`);
      });
      return promise;
    },
    async close() {
      if (!server.listening) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      await promise;
    },
  };
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
