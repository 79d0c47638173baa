import { parseArgs } from 'node:util';
import { crashMatrix, type Options } from './unlock-matrix.ts';

/**
 * `npm run crash:unlock -- --json`: an unlock, broken off at each of its messages in every way, then resumed. Exits with 1
 * unless every card ends with a passcode that was chosen and an unblocking code that the desk knows.
 *
 * --profile NAME   one of the simulator's three; all unless told, and may be repeated
 * --way NAME       self-service, assisted, admin-key; all unless told, and may be repeated
 * --pairs N        N further runs for each profile and way with two breaks, chosen by --seed
 * --every N        only each N-th of the single breaks
 */

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    profile: { type: 'string', multiple: true },
    way: { type: 'string', multiple: true },
    pairs: { type: 'string', default: '0' },
    every: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});

const options: Options = {
  profiles: values.profile ?? null,
  ways: values.way ?? null,
  pairs: Number(values.pairs),
  every: Number(values.every),
  seed: Number(values.seed),
  onRun: (run) => {
    if (!run.ok || values.verbose) process.stderr.write(`${JSON.stringify(run)}\n`);
  },
};
const report = await crashMatrix(options);
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
else {
  const { runs, failed, pukTriesSpentMost, seconds } = report;
  process.stdout.write(
    `${runs} runs, ${failed.length} failed, at most ${pukTriesSpentMost} tries of an unblocking code spent, ${seconds} s\n`,
  );
}
// A name that nothing has must not look like a success.
process.exitCode = report.runs > 0 && report.failed.length === 0 ? 0 : 1;
