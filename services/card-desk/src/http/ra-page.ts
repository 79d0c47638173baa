import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** The page for RAs, as `npm run build` has made it: a few files that are read once. */

const BUILT = join(import.meta.dirname, '..', '..', '..', '..', 'out', 'ra');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** It loads its own files and asks its own desk; it is in nobody's frame, and no text becomes code. */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'permissions-policy': ['camera', 'geolocation', 'microphone', 'payment', 'usb', 'hid', 'serial', 'clipboard-read']
    .map((feature) => `${feature}=()`)
    .join(', '),
} as const;

/** Serves it at `/ra`; false: it is not built here. */
export function addRaPage(app: FastifyInstance, folder = BUILT): boolean {
  if (!existsSync(join(folder, 'index.html'))) return false;
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const content = readFileSync(join(folder, name));
    const url = name === 'index.html' ? '/ra' : `/ra/${name}`;
    app.get(url, { config: { operation: 'page' } }, (_, reply) => reply.type(type).send(content));
  }
  return true;
}
