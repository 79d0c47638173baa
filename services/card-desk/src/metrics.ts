/**
 * Counters and one histogram in the text format of Prometheus (version 0.0.4). Labels are of fixed sets: no person, card or
 * address can be in one. They tell known from unknown all the same: see `operations` in the settings.
 */

type Labels = Readonly<Record<string, string>>;

const NAMES = {
  card_desk_requests_total: 'Answers, by operation and status.',
  card_desk_journeys_total: 'Journeys that began or came to an end, by kind and outcome.',
  card_desk_messages_total: 'Messages, by channel and outcome.',
  card_desk_refused_total: 'Requests refused by a limit, by limit.',
  card_desk_sign_ins_refused_total: 'Sign-ins of RAs that were refused, by what was wrong.',
  card_desk_database_failures_total: 'Transactions that the database could not take.',
} as const;

export type CounterName = keyof typeof NAMES;

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export class Metrics {
  private readonly counters = new Map<CounterName, Map<string, number>>();
  private readonly durations = new Map<string, { counts: number[]; sum: number; count: number }>();

  count(name: CounterName, labels: Labels = {}): void {
    const series = this.counters.get(name) ?? new Map<string, number>();
    this.counters.set(name, series);
    const key = written(labels);
    series.set(key, (series.get(key) ?? 0) + 1);
  }

  /** @param seconds that an operation took */
  took(operation: string, seconds: number): void {
    const key = written({ operation });
    const found = this.durations.get(key) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
    this.durations.set(key, found);
    found.sum += seconds;
    found.count += 1;
    for (const [i, limit] of BUCKETS.entries()) if (seconds <= limit) found.counts[i] = (found.counts[i] ?? 0) + 1;
  }

  value(name: CounterName, labels: Labels = {}): number {
    return this.counters.get(name)?.get(written(labels)) ?? 0;
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, help] of Object.entries(NAMES)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      for (const [key, value] of this.seriesOf(name)) lines.push(`${name}${braced(key)} ${value}`);
    }
    const duration = 'card_desk_request_seconds';
    lines.push(`# HELP ${duration} How long answers took.`, `# TYPE ${duration} histogram`);
    for (const [key, { counts, sum, count }] of this.durations) {
      for (const [i, limit] of BUCKETS.entries()) {
        lines.push(`${duration}_bucket${braced(`${key},le="${limit}"`)} ${counts[i]}`);
      }
      lines.push(`${duration}_bucket${braced(`${key},le="+Inf"`)} ${count}`);
      lines.push(`${duration}_sum${braced(key)} ${sum}`, `${duration}_count${braced(key)} ${count}`);
    }
    return `${lines.join('\n')}\n`;
  }

  private seriesOf(name: string): Array<[string, number]> {
    for (const [known, series] of this.counters) if (known === name) return [...series];
    return [];
  }
}

const written = (labels: Labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll(/["\\\n]/g, '')}"`)
    .join(',');
const braced = (labels: string) => (labels === '' ? '' : `{${labels}}`);
