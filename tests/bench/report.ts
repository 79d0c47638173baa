import type { Spread } from './statistics.ts';

/** One thing that must hold, and whether it did. */
export type Limit = {
  readonly name: string;
  readonly measured: number;
  readonly rule: 'at most' | 'at least' | 'exactly';
  readonly limit: number;
  readonly unit: string;
  readonly holds: boolean;
};

type Cell = string | number;

/** What a run has to say: readable as it goes, or one JSON object at the end. */
export class Report {
  readonly #title: string;
  readonly #json: boolean;
  readonly #figures: Record<string, unknown> = {};
  readonly #limits: Limit[] = [];
  readonly #failures: string[] = [];

  constructor(title: string, json: boolean) {
    this.#title = title;
    this.#json = json;
    this.say(`${title}\n`);
  }

  /** For people only. */
  say(text: string): void {
    if (!this.#json) process.stdout.write(`${text}\n`);
  }

  /** For machines only. */
  figure(name: string, value: unknown): void {
    this.#figures[name] = value;
  }

  table(title: string, heads: readonly string[], rows: ReadonlyArray<readonly Cell[]>): void {
    const cells = [heads, ...rows].map((row) => row.map(shown));
    const widths = heads.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
    this.say(`\n${title}`);
    for (const row of cells) {
      this.say(
        row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
      );
    }
  }

  limit(name: string, measured: number, rule: Limit['rule'], limit: number, unit: string): void {
    this.#limits.push({ name, measured, rule, limit, unit, holds: holds(measured, rule, limit) });
  }

  /** Something went wrong that is no matter of a limit. */
  fail(why: string): void {
    this.#failures.push(why);
  }

  get ok(): boolean {
    return this.#failures.length === 0 && this.#limits.every((limit) => limit.holds);
  }

  /** Writes what is left to say. */
  finish(): void {
    const { ok } = this;
    if (this.#json) {
      const limits = this.#limits.map((limit) => ({ ...limit, measured: rounded(limit.measured) }));
      const whole = { name: this.#title, ok, failures: this.#failures, limits, ...this.#figures };
      process.stdout.write(`${JSON.stringify(whole)}\n`);
      return;
    }
    if (this.#limits.length > 0) {
      this.table(
        'Limits',
        ['', 'measured', 'limit', ''],
        this.#limits.map(({ name, measured, rule, limit, unit, holds: held }) => [
          name,
          `${shown(measured)} ${unit}`.trim(),
          `${rule} ${limit} ${unit}`.trim(),
          held ? 'holds' : 'DOES NOT HOLD',
        ]),
      );
    }
    for (const failure of this.#failures) this.say(`\nFAILED: ${failure}`);
    this.say(ok ? '\nEverything holds.' : '\nNot everything holds.');
  }
}

function holds(measured: number, rule: Limit['rule'], limit: number): boolean {
  switch (rule) {
    case 'at most':
      return measured <= limit;
    case 'at least':
      return measured >= limit;
    case 'exactly':
      return measured === limit;
  }
}

export const SPREAD_HEADS = ['n', 'min', 'median', 'p90', 'p99', 'max'] as const;

/** A row of {@link SPREAD_HEADS}. */
export function spreadRow({ count, min, median, p90, p99, max }: Spread): Cell[] {
  return [String(count), min, median, p90, p99, max];
}

function shown(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return String(cell);
  return Math.abs(cell) >= 100 ? cell.toFixed(1) : cell.toFixed(3);
}

/** Three digits behind the point, at every depth: more would be noise. */
export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

export function roundedSpread(spread: Spread): Spread {
  const { count, min, median, p90, p99, max } = spread;
  return {
    count,
    min: rounded(min),
    median: rounded(median),
    p90: rounded(p90),
    p99: rounded(p99),
    max: rounded(max),
  };
}
