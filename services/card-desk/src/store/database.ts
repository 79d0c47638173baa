import * as v from 'valibot';

/** The one way to the database, whichever it is: PGlite in this process or a PostgreSQL server. One dialect, no other difference. */
export interface Database {
  /**
   * Runs `work` in one transaction (read committed) and resolves when it is committed and on disk. Rejects, with nothing
   * changed, with what `work` rejects with; with {@link DatabaseUnavailable} when the database cannot take it, and then it is
   * not known whether a commit that was under way has happened.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way any more and everything is closed. */
  close(): Promise<void>;
  /** What `card-desk` says it runs on. */
  readonly name: 'PGlite' | 'PostgreSQL';
}

export interface Sql {
  /** The rows of a statement, each judged by its schema. Parameters are `$1`, `$2`, ... */
  rows<Schema extends v.GenericSchema>(
    schema: Schema,
    text: string,
    parameters?: readonly SqlValue[],
  ): Promise<Array<v.InferOutput<Schema>>>;
  /** Runs a statement and tells how many rows it changed. */
  run(text: string, parameters?: readonly SqlValue[]): Promise<number>;
  /** Statements without parameters, as migrations have them. */
  script(text: string): Promise<void>;
}

export type SqlValue = string | number | boolean | Date | Uint8Array | null | readonly string[];

/** It is not there, has no room, or stops: worth another try later. Its message is for operators and names no data. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** What a driver gives back; the schemas of {@link column} say what is in it. */
export type RawRow = Readonly<Record<string, unknown>>;

/** Judges rows. A row that the code does not expect is an error of ours: its values are not told. */
export function parseRows<Schema extends v.GenericSchema>(
  schema: Schema,
  rows: readonly unknown[],
): Array<v.InferOutput<Schema>> {
  const parsed = v.safeParse(v.array(schema), rows);
  if (parsed.success) return parsed.output;
  const paths = parsed.issues.map((issue) => v.getDotPath(issue) ?? '?');
  throw new Error(`unexpected row: ${paths.join(', ')}`);
}

/** The types of columns as both drivers give them. */
export const column = {
  text: v.string(),
  integer: v.pipe(v.number(), v.integer()),
  /** PostgreSQL's bigint comes as a string from one driver, and as a number from the other. */
  bigint: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/)), v.bigint()]),
    v.transform(Number),
    v.safeInteger(),
  ),
  flag: v.boolean(),
  moment: v.date(),
  octets: v.pipe(
    v.instance(Uint8Array),
    v.transform((octets): Uint8Array => octets),
  ),
  maybe: <Schema extends v.GenericSchema>(schema: Schema) => v.nullable(schema),
} as const;

/** The only row there is, if there is one. */
export function one<Row>(rows: readonly Row[]): Row | null {
  return rows[0] ?? null;
}
