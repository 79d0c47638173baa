import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { countedMissing, installEach, missingPackages } from './debian-packages.ts';
import { hasPkits, PKITS_FOLDER } from './pkits/cases.ts';
import { type Counted, countedByPlaywright, countedByVitest } from './reports.ts';

/**
 * `npm test`: lint, types, unit tests, then the integration tests on a real pcscd, a real logind and real X screens, and the
 * window's journeys in a real Chromium. Those need Debian packages: they are installed where that may be done (root on Debian
 * or Ubuntu); elsewhere they are named, and all that needs none of them is run. In CI (`CI` is set) on Linux each that is
 * missing then is a failure.
 */

const root = join(import.meta.dirname, '..');

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
  installEach(packages, (names) =>
    run(`Debian packages: install ${names.join(' ')}`, 'env', [
      ...env,
      'apt-get',
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      ...names,
    ]),
  );
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

installPackages(missingPackages());
const stillMissing = missingPackages();
const projects = stillMissing.length === 0 ? ['unit', 'integration'] : ['unit'];

const counted = [
  check('Lint', 'lint'),
  check('Types', 'typecheck'),
  // NIST's cases lie outside this repository.
  ...(hasPkits() ? [check('Path validation: the cases of PKITS', 'pkits')] : []),
  vitest(projects),
  ...(stillMissing.length === 0 ? [journeys()] : [countedMissing(stillMissing, process)]),
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
