import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

// What our workflows may do, and whose programs they run. That they work, only a run of them can show.

const ROOT = join(import.meta.dirname, '..', '..');
const FILES = globSync('.github/workflows/*.{yml,yaml}', { cwd: ROOT });

/** What makes the package for the journeys another one; tests/integration/package.test.ts shows what comes of it. */
const JOURNEYS_PACKAGE = [
  '-c.electronFuses.enableNodeCliInspectArguments=true',
  '-c.directories.output=release-journeys',
];

const PermissionsSchema = v.record(v.string(), v.picklist(['read', 'none']));
const WorkflowSchema = v.looseObject({
  on: v.record(v.string(), v.unknown()),
  permissions: PermissionsSchema,
  jobs: v.record(
    v.string(),
    v.looseObject({
      permissions: v.optional(PermissionsSchema),
      'timeout-minutes': v.number(),
      steps: v.array(
        v.looseObject({
          if: v.optional(v.string()),
          uses: v.optional(v.string()),
          run: v.optional(v.string()),
          with: v.optional(v.record(v.string(), v.unknown())),
        }),
      ),
    }),
  ),
});

test('there are workflows', () => {
  expect(FILES).not.toEqual([]);
});

describe('every change', () => {
  const workflow = v.parse(WorkflowSchema, parse(readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8')));
  const { steps: run = [], ...job } = workflow.jobs.test ?? {};

  test('that is proposed or taken is tested', () => {
    expect(Object.keys(workflow.on)).toEqual(expect.arrayContaining(['push', 'pull_request']));
    expect(workflow.on.push).toMatchObject({ branches: ['main'] });
  });

  test('is tested on all systems that Wardkey is for', () => {
    const os = [/^ubuntu-/, /^windows-/, /^macos-/].map((system) => expect.stringMatching(system));
    expect(job).toMatchObject({ strategy: { matrix: { os } } });
    expect(job).not.toHaveProperty('if');
  });

  test('is tested by the whole suite on Linux, which knows that it is in CI', () => {
    const whole = run.filter((step) => /\bnpm test$/.test(step.run ?? ''));
    expect(whole).toHaveLength(1);
    expect(whole[0]).toMatchObject({
      if: "runner.os == 'Linux'",
      // As root, who may install what is missing; without CI, what could not be installed would be left out quietly.
      run: expect.stringMatching(/^sudo --preserve-env=CI /),
    });
    expect(whole[0]).not.toHaveProperty('continue-on-error');
  });

  test('is tested by the unit and contract tests on the other systems', () => {
    const unit = run.filter((step) => /\bvitest run --project unit$/.test(step.run ?? ''));
    expect(unit).toMatchObject([{ if: "runner.os != 'Linux'" }]);
    expect(unit[0]).not.toHaveProperty('continue-on-error');
  });
});

describe.each(FILES)('%s', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const workflow = v.parse(WorkflowSchema, parse(text));
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  test('may read this repository and no more', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(workflow.jobs)) expect(job.permissions ?? {}).toEqual({});
  });

  test('runs no action but at one commit, with its version beside it', () => {
    const actions = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(actions).not.toEqual([]);
    for (const action of actions) {
      expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
      expect(text).toMatch(new RegExp(`${action} # v\\d+\\.\\d+\\.\\d+$`, 'm'));
    }
  });

  test('leaves no key in the checkout, uses no secret, and never runs a stranger with our rights', () => {
    for (const { uses, with: inputs } of steps)
      if (uses?.startsWith('actions/checkout@')) expect(inputs).toMatchObject({ 'persist-credentials': false });
    expect(text).not.toMatch(/\bsecrets\b|GITHUB_TOKEN|github\.token/);
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
    // What a stranger names would be read by the shell as part of the command.
    for (const { run = '' } of steps) expect(run).not.toMatch(/\$\{\{\s*github\./);
  });

  test('makes what ships with the fuses of its description, and beside it one package for the journeys that nobody gets', () => {
    const builds = steps.flatMap(({ run = '' }) => (run.includes('electron-builder') ? [run] : []));
    const ships = builds.filter((run) => !run.includes('-c.'));
    const forJourneys = builds.filter((run) => run.includes('-c.'));
    expect(ships).toHaveLength(1);
    // One fuse more than what ships, and a folder of its own; what it makes is not even packed.
    expect(forJourneys).toEqual([
      `${ships[0]?.replace(' --publish', ' --dir --publish')} ${JOURNEYS_PACKAGE.join(' ')}`,
    ]);
    for (const { uses, with: inputs } of steps)
      if (uses?.startsWith('actions/upload-artifact@')) expect(inputs?.path).not.toContain('release-journeys');
  });

  test('plays the journeys once both are made, on every system', () => {
    const runs = steps.map(({ run = '' }) => run);
    const plays = runs.flatMap((run, place) => (run.includes('npm run e2e:electron') ? [place] : []));
    // Linux under a screen of its own, the others without.
    expect(plays).toHaveLength(2);
    const lastBuild = runs.findLastIndex((run) => run.includes('electron-builder'));
    for (const place of plays) expect(place).toBeGreaterThan(lastBuild);
  });

  test('publishes nothing', () => {
    for (const { run = '' } of steps) if (run.includes('electron-builder')) expect(run).toContain('--publish never');
    expect(text).not.toMatch(/npm publish|gh release/);
  });
});
