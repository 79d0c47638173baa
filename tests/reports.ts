import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import * as v from 'valibot';

/** What the reports of Vitest and Playwright say: how many passed, and what did not. */

export type Counted = {
  readonly passed: number;
  readonly failed: number;
  readonly ok: boolean;
  /** Each by its name and with its reason, as far as the report tells it. */
  readonly failures: readonly string[];
};

const VitestSchema = v.object({
  numPassedTests: v.number(),
  numTotalTests: v.number(),
  testResults: v.array(
    v.object({
      name: v.string(),
      status: v.string(),
      message: v.optional(v.string(), ''),
      assertionResults: v.array(
        v.object({ status: v.string(), fullName: v.string(), failureMessages: v.optional(v.array(v.string()), []) }),
      ),
    }),
  ),
});

/** @param ok whether Vitest itself ended well */
export function countedByVitest(file: string, ok: boolean, root: string): Counted {
  if (!existsSync(file)) return noReport('Vitest');
  const { numPassedTests, numTotalTests, testResults } = v.parse(VitestSchema, JSON.parse(readFileSync(file, 'utf8')));
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const path = relative(root, name);
    const tests = assertionResults.filter((test) => test.status !== 'passed');
    // A file may fail outside its tests.
    if (tests.length === 0) return status === 'passed' ? [] : [`${path}: ${message}`];
    return tests.map((test) => [`${path}: ${test.fullName} (${test.status})`, ...test.failureMessages].join('\n'));
  });
  return { passed: numPassedTests, failed: numTotalTests - numPassedTests, ok, failures };
}

type Suite = {
  readonly specs: ReadonlyArray<{ readonly title: string; readonly file: string; readonly ok: boolean }>;
  readonly suites: readonly Suite[];
};
const SuiteSchema: v.GenericSchema<unknown, Suite> = v.object({
  specs: v.array(v.object({ title: v.string(), file: v.string(), ok: v.boolean() })),
  suites: v.optional(v.array(v.lazy(() => SuiteSchema)), []),
});
const PlaywrightSchema = v.object({
  suites: v.array(SuiteSchema),
  stats: v.object({ expected: v.number(), unexpected: v.number(), flaky: v.number(), skipped: v.number() }),
});

/** One that passed only at a second attempt, or was left out, has not passed. */
export function countedByPlaywright(file: string, ok: boolean): Counted {
  if (!existsSync(file)) return noReport('Playwright');
  const { stats, suites } = v.parse(PlaywrightSchema, JSON.parse(readFileSync(file, 'utf8')));
  const failed = stats.unexpected + stats.flaky + stats.skipped;
  const failures = suites.flatMap(specsOf).flatMap((spec) => (spec.ok ? [] : [`${spec.file}: ${spec.title}`]));
  return { passed: stats.expected, failed: ok || failed > 0 ? failed : 1, ok: ok && failed === 0, failures };
}

const specsOf = ({ specs, suites }: Suite): Suite['specs'] => [...specs, ...suites.flatMap(specsOf)];

const noReport = (by: string): Counted => ({ passed: 0, failed: 1, ok: false, failures: [`${by} left no report`] });
