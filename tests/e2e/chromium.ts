import { existsSync } from 'node:fs';

/** Where one may be; the first that is there is taken. */
export const BROWSERS: readonly string[] = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];

/** Debian's Chromium, or another of its family: tests drive what users have, not a build of the test tool's own. */
export const CHROMIUM = BROWSERS.find((place) => existsSync(place)) ?? 'chromium';

/** It asks nobody on the network for anything. */
export const CHROMIUM_ARGUMENTS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
];
