import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasPkits, PKITS_FOLDER } from './pkits/cases.ts';
import { type Counted, countedByPlaywright, countedByVitest } from './reports.ts';

/**
 * `npm test`: lint, types, unit tests, then the integration tests on a real pcscd, a real logind and real X screens, and the
 * window's journeys in a real Chromium. Those need Debian packages: they are installed where that may be done (root on Debian
 * or Ubuntu); elsewhere they are named, and all that needs none of them is run.
 */

/** What the integration tests start or ask, and the package it comes in. */
const NEEDED: ReadonlyArray<{ readonly file: string; readonly package: string }> = [
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
  { file: '/usr/bin/chromium', package: 'chromium' },
  // What Arial is drawn with where Arial is not: pictures and widths are those that users see.
  { file: '/usr/share/fonts/truetype/liberation*/LiberationSans-Regular.ttf', package: 'fonts-liberation' },
];

const root = join(import.meta.dirname, '..');
const missing = () => NEEDED.filter(({ file }) => globSync(file).length === 0).map((each) => each.package);

function run(title: string, command: string, args: readonly string[]): boolean {
  process.stdout.write(`\n== ${title}\n`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0;
}

function installPackages(packages: readonly string[]): void {
  if (packages.length === 0) return;
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) return;
  const env = ['DEBIAN_FRONTEND=noninteractive'];
  run('Debian packages: lists', 'env', [...env, 'apt-get', 'update', '-qq']);
  run('Debian packages: install', 'env', [
    ...env,
    'apt-get',
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    ...packages,
  ]);
}

function vitest(projects: readonly string[]): Counted {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const file = join(root, '.cache', 'test-report.json');
  rmSync(file, { force: true });
  const args = ['run', ...projects.flatMap((name) => ['--project', name]), '--reporter=default', '--reporter=json'];
  const ok = run(`Tests: ${projects.join(' and ')}`, 'vitest', [...args, `--outputFile.json=${file}`]);
  return countedByVitest(file, ok, root);
}

/** The window's journeys. */
function journeys(): Counted {
  const file = join(root, '.cache', 'e2e-report.json');
  // That of an earlier run says nothing of this one.
  rmSync(file, { force: true });
  const ok = run('Journeys of the window', 'npm', ['run', '-s', 'e2e']);
  return countedByPlaywright(file, ok);
}

function check(title: string, script: string): Counted {
  const ok = run(title, 'npm', ['run', '-s', script]);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, ok, failures: ok ? [] : [title] };
}

installPackages(missing());
const stillMissing = missing();
const projects = stillMissing.length === 0 ? ['unit', 'integration'] : ['unit'];

const counted = [
  check('Lint', 'lint'),
  check('Types', 'typecheck'),
  // NIST's cases lie outside this repository.
  ...(hasPkits() ? [check('Path validation: the cases of PKITS', 'pkits')] : []),
  vitest(projects),
  ...(stillMissing.length === 0 ? [journeys()] : []),
];

if (!hasPkits())
  process.stdout.write(`\nThe cases of PKITS were left out: they are not at ${PKITS_FOLDER} (PKITS_DIR).\n`);
if (stillMissing.length > 0) {
  process.stdout.write(
    `\nThe integration tests and the window's journeys were left out. They need Linux and these Debian packages: ${stillMissing.join(' ')}\n`,
  );
}
// Told again at the end, which is what is read of a long output.
for (const failure of counted.flatMap(({ failures }) => failures)) {
  process.stdout.write(`\nFailed: ${failure.slice(0, 2000)}\n`);
}
const sum = (key: 'passed' | 'failed') => counted.reduce((total, each) => total + each[key], 0);
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`);
process.exitCode = counted.every(({ ok }) => ok) ? 0 : 1;
