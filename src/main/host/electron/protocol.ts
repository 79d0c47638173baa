import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/**
 * The window's own scheme. Pages from file: would share one origin with every file on the disk; `app://wardkey` is an origin of
 * its own, serves one folder, and says with each answer what its pages may not do.
 */

export const APP_SCHEME = 'app';
const APP_HOST = 'wardkey';
export const PAGE_ADDRESS = `${APP_SCHEME}://${APP_HOST}/index.html`;
export const COUNTDOWN_ADDRESS = `${PAGE_ADDRESS}#countdown`;

/** To be registered before Electron is ready. Not among these on purpose: bypassCSP, fetch, service workers. */
export const APP_SCHEME_PRIVILEGES = { scheme: APP_SCHEME, privileges: { standard: true, secure: true } };

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'none'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), hid=(), microphone=(), serial=(), usb=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/** All that a build of the window is made of. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/**
 * Names as the build gives them: no segment begins with a dot, and nothing is decoded, so that no spelling of a path leaves the
 * folder.
 */
const PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/** Whether this is the address of our own page, whatever its fragment. Never judged by origin: Node's URL has none for app:. */
export function isOwnPage(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && isOwnHost(url) && url.pathname === '/index.html' && url.search === '';
}

/** Answers `app://wardkey/...` from `folder`; everything else is not found. */
export function serveWindow(folder: string): (request: Request) => Promise<Response> {
  return async ({ method, url: address }) => {
    const url = URL.parse(address);
    if (method !== 'GET' || url === null || !isOwnHost(url) || !PATH.test(url.pathname)) return notFound();
    const type = CONTENT_TYPES[extname(url.pathname)];
    if (type === undefined) return notFound();
    try {
      const content = await readFile(join(folder, url.pathname));
      return new Response(new Uint8Array(content), { headers: { ...SECURITY_HEADERS, 'Content-Type': type } });
    } catch {
      return notFound();
    }
  };
}

function isOwnHost({ protocol, host, username, password }: URL): boolean {
  return protocol === `${APP_SCHEME}:` && host === APP_HOST && username === '' && password === '';
}

/** An error of the network rather than an empty page: whoever loads the window is told that it failed. */
function notFound(): Response {
  return Response.error();
}
