import { globSync } from 'node:fs';
import { BROWSERS } from './e2e/chromium.ts';
import type { Counted } from './reports.ts';

type Needed = {
  /** Or any of several; with * for what differs between machines. */
  readonly file: string | readonly string[];
  readonly package: string;
};

/** What the integration tests start or ask, and the package it comes in. */
const NEEDED: readonly Needed[] = [
  { file: '/usr/sbin/pcscd', package: 'pcscd' },
  { file: '/usr/lib/pcsc/drivers/serial/libifdvpcd.so', package: 'vsmartcard-vpcd' },
  { file: '/usr/bin/opensc-tool', package: 'opensc' },
  { file: '/usr/lib/*/opensc-pkcs11.so', package: 'opensc-pkcs11' },
  { file: '/usr/bin/yubico-piv-tool', package: 'yubico-piv-tool' },
  { file: '/usr/bin/dbus-daemon', package: 'dbus' },
  { file: '/lib/systemd/systemd-logind', package: 'systemd' },
  { file: '/usr/bin/Xvfb', package: 'xvfb' },
  { file: '/usr/bin/xss-lock', package: 'xss-lock' },
  { file: '/usr/bin/i3lock', package: 'i3lock' },
  { file: '/usr/bin/gcc', package: 'gcc' },
  { file: '/usr/include/stdlib.h', package: 'libc6-dev' },
  { file: '/usr/include/PCSC/winscard.h', package: 'libpcsclite-dev' },
  { file: '/usr/bin/xfce4-panel', package: 'xfce4-panel' },
  { file: '/usr/lib/*/xfce4/xfconf/xfconfd', package: 'xfconf' },
  { file: '/usr/bin/dunst', package: 'dunst' },
  { file: '/usr/bin/xfwm4', package: 'xfwm4' },
  { file: '/usr/bin/openssl', package: 'openssl' },
  { file: '/usr/bin/unshare', package: 'util-linux' },
  { file: '/usr/bin/xdotool', package: 'xdotool' },
  { file: '/usr/bin/gsettings', package: 'libglib2.0-bin' },
  { file: '/usr/lib/*/libX11.so.6', package: 'libx11-6' },
  { file: '/usr/lib/*/libsystemd.so.0', package: 'libsystemd0' },
  { file: '/usr/lib/postgresql/*/bin/postgres', package: 'postgresql' },
  { file: BROWSERS, package: 'chromium' },
  // What Arial is drawn with where Arial is not: pictures and widths are those that users see.
  { file: '/usr/share/fonts/truetype/liberation*/LiberationSans-Regular.ttf', package: 'fonts-liberation' },
];

/** The packages of which nothing is there. */
export function missingPackages(
  needed: readonly Needed[] = NEEDED,
  isThere: (pattern: string) => boolean = (pattern) => globSync(pattern).length > 0,
): readonly string[] {
  return needed.filter(({ file }) => ![file].flat().some(isThere)).map((each) => each.package);
}

/**
 * Installs them at once, and where that fails one by one: apt refuses all when it does not know one.
 * @param install whether apt-get could
 */
export function installEach(packages: readonly string[], install: (packages: readonly string[]) => boolean): void {
  if (packages.length === 0 || install(packages) || packages.length === 1) return;
  for (const name of packages) install([name]);
}

/**
 * What is left out for want of packages. On somebody's computer that is told and no more; a machine of CI on Linux is there to
 * run it all, and nobody reads what a passing run says.
 */
export function countedMissing(
  missing: readonly string[],
  { platform, env }: { readonly platform: NodeJS.Platform; readonly env: NodeJS.ProcessEnv },
): Counted {
  const fails = platform === 'linux' && Boolean(env.CI);
  const failures = fails ? missing.map((name) => `Debian package ${name}: is missing, could not be installed`) : [];
  return { passed: 0, failed: failures.length, ok: failures.length === 0, failures };
}
