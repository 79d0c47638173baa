import { readFileSync } from 'node:fs';
import * as v from 'valibot';

/**
 * One parser under fuzzing. To add one, put a file into targets/ whose default export is such an object, and its seeds, if
 * they are bytes, into seeds/<name>.hex.
 */
export type FuzzTarget = {
  readonly name: string;
  /** Valid inputs to begin from; at least one. */
  readonly seeds: () => readonly Uint8Array[];
  /**
   * Returns, or throws one of `expected`. Anything else is a finding: another error, more than 200 ms, no end. What a target
   * has to choose beside the bytes for its parser, it takes from the input too: so the input alone repeats a finding.
   */
  readonly run: (input: Uint8Array) => void | Promise<void>;
  /** The error classes by which the parser refuses; default none. */
  readonly expected?: readonly (abstract new (
    ...args: never[]
  ) => Error)[];
};

/** What a file in targets/ must export by default. */
export const FuzzTargetSchema = v.custom<FuzzTarget>(
  (value) =>
    v.is(v.looseObject({ name: v.string(), seeds: v.function(), run: v.function() }), value) && value.name !== '',
  'no fuzz target',
);

/** The inputs in seeds/<name>.hex: one a line, spaces and # comments ignored. */
export function seedsOf(name: string): Uint8Array[] {
  const text = readFileSync(new URL(`seeds/${name}.hex`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').replaceAll(/\s/g, ''))
    .filter((line) => line !== '')
    .map((line) => Uint8Array.from(Buffer.from(line, 'hex')));
}
