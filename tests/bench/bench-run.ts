import { inspect, parseArgs } from 'node:util';
import { Report } from './report.ts';

type Settings = Readonly<Record<string, number>>;
type Undo = () => unknown;

/** A run under way: what it was asked for, where it reports, and what it must undo in the end. */
export type BenchRun<S extends Settings> = {
  readonly settings: S;
  readonly report: Report;
  /** Runs at the end, in reverse order, whatever happens: after success, failure and Ctrl-C. */
  readonly undo: (what: Undo) => void;
};

/**
 * Runs a measurement as a program: `--NAME N` for each setting (whole numbers), `--json`, `--help`. Sets the exit code: 0
 * only when everything held.
 */
export async function runBench<S extends Settings>(
  title: string,
  defaults: S,
  measure: (run: BenchRun<S>) => Promise<void>,
): Promise<void> {
  const parsed = parse(defaults);
  if (typeof parsed === 'string') {
    process.stderr.write(`${parsed}\n`);
    process.exitCode = 2;
    return;
  }
  const { settings, json } = parsed;
  const report = new Report(title, json);
  report.figure('settings', settings);
  const undone: Undo[] = [];
  const interrupted = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => interrupted.reject(new Error(`interrupted by ${signal}`)));
  }
  try {
    await Promise.race([measure({ settings, report, undo: (what) => undone.push(what) }), interrupted.promise]);
  } catch (error) {
    report.fail(inspect(error));
  }
  for (const what of undone.toReversed()) {
    try {
      await what();
    } catch (error) {
      report.fail(`could not clean up: ${String(error)}`);
    }
  }
  report.finish();
  // Nothing of ours runs any more; a forgotten timer must not keep the command from ending.
  process.stdout.write('', () => process.exit(report.ok ? 0 : 1));
}

/** Measures one part of a run, and ends what the part has started before the next begins: they would disturb each other. */
export async function alone<S extends Settings, T>(
  run: BenchRun<S>,
  measure: (part: BenchRun<S>) => Promise<T>,
): Promise<T> {
  const undone: Undo[] = [];
  const undoAll = async () => {
    for (const what of undone.splice(0).toReversed()) await what();
  };
  run.undo(undoAll);
  const result = await measure({ ...run, undo: (what) => undone.push(what) });
  await undoAll();
  return result;
}

function parse<S extends Settings>(defaults: S): { settings: S; json: boolean } | string {
  const names = Object.keys(defaults);
  const usage = `Usage: ${names.map((name) => `[--${name} ${defaults[name]}]`).join(' ')} [--json]`;
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      options: {
        ...Object.fromEntries(names.map((name) => [name, text])),
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) return usage;
    const settings = { ...defaults };
    for (const name of names) {
      const given: unknown = Reflect.get(values, name);
      if (given === undefined) continue;
      const number = Number(given);
      if (given === '' || !Number.isSafeInteger(number) || number < 0)
        return `--${name} wants a whole number\n${usage}`;
      Reflect.set(settings, name, number);
    }
    return { settings, json: values.json === true };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${usage}`;
  }
}
