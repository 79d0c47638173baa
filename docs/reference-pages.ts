import { writeFileSync } from 'node:fs';
import { FAILURES, type FailureCode } from '../src/core/agent/failure-codes.ts';
import { DEFAULT_POLICY, PolicySchema } from '../src/core/agent/policy.ts';
import { exitCodeOf } from '../src/main/command-line/exit-codes.ts';

/** Pages that are made from the code, so that they cannot say anything else: `npm run docs` writes them, a test compares. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'failure-codes.md': failureCodes,
  'policy.md': policyReference,
};

function failureCodes(): string {
  const rows = Object.entries(FAILURES).map(
    ([code, { says, next }]) => `| \`${code}\` | ${exitCodeOf(code as FailureCode)} | ${says} | ${next} |`,
  );
  return [
    '# Failure codes',
    '',
    'Every failure a person can meet, as `<State>_<Cause>`. Codes are stable: they are never renamed or given another meaning.',
    'Made from `src/core/agent/failure-codes.ts` by `npm run docs`.',
    '',
    '| code | exit | what it says | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** As much of a valibot schema as the page needs. */
type SchemaShape = {
  readonly type?: string;
  readonly entries?: Readonly<Record<string, SchemaShape>>;
  readonly wrapped?: SchemaShape;
  readonly options?: readonly unknown[];
  readonly literal?: string | number | boolean;
  readonly item?: SchemaShape;
  readonly pipe?: ReadonlyArray<
    SchemaShape & { readonly requirement?: number | string | RegExp; readonly description?: string }
  >;
};

function policyReference(): string {
  const rows: string[] = [];
  describe(PolicySchema as SchemaShape, DEFAULT_POLICY, '', rows);
  return [
    '# Policy reference',
    '',
    'What an organisation decides for its workstations: one JSON file, read at start and again whenever it changes.',
    '',
    '| system | file |',
    '|---|---|',
    '| Linux | `/etc/wardkey/policy.json` |',
    '| Windows | `%ProgramData%\\Wardkey\\policy.json` |',
    '| macOS | `/Library/Application Support/Wardkey/policy.json` |',
    '',
    'Everything may be left out. A file with any mistake is refused as a whole: at start the defaults hold, while running the',
    'policy in force stays. `wardkey policy check FILE` names every mistake; `wardkey policy show` tells what is in force.',
    'Made from `src/core/agent/policy.ts` by `npm run docs`.',
    '',
    '| field | values | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
    '## Removal rules',
    '',
    'Each cause of a loss has a rule of its own: `card-pulled`, `reader-unplugged`, `service-stopped` (the smartcard service of the',
    'computer died), `card-process-lost` (the part of Wardkey that talks to cards crashed or hung), `resume` (gone within 5 s of a',
    'wake-up), `remote-reader-dropped` (a reader redirected into a remote session went) and `unattended` (nobody came back to the',
    'reminder; its countdown is `unattended.actAfterSeconds`, so its `graceSeconds` is not used).',
    '',
    'A locked desktop is left alone, whatever the action. During a screensaver every action but `nothing` becomes `lock`.',
    '',
  ].join('\n');
}

function describe(schema: SchemaShape, fallback: unknown, path: string, rows: string[]): void {
  const inner = unwrap(schema);
  if (inner.entries !== undefined) {
    for (const [name, entry] of Object.entries(inner.entries)) {
      const value = (fallback as Record<string, unknown> | undefined)?.[name];
      describe(entry, value, path === '' ? name : `${path}.${name}`, rows);
    }
    return;
  }
  const meaning =
    (inner.pipe ?? []).find(({ type }) => type === 'metadata' || type === 'description')?.description ?? '';
  const shown = fallback === undefined ? 'none' : `\`${JSON.stringify(fallback)}\``;
  rows.push(`| \`${path}\` | ${values(inner)} | ${shown} | ${meaning.replaceAll('|', '\\|')} |`);
}

function unwrap(schema: SchemaShape): SchemaShape {
  return schema.wrapped !== undefined && schema.type !== 'nullable' ? unwrap(schema.wrapped) : schema;
}

function values(schema: SchemaShape): string {
  if (schema.type === 'nullable' && schema.wrapped !== undefined) return `${values(schema.wrapped)}, or \`null\``;
  if (schema.options !== undefined) return schema.options.map((option) => `\`${String(option)}\``).join(', ');
  if (schema.literal !== undefined) return `\`${schema.literal}\``;
  const requirement = (type: string) => actionsOf(schema).find((action) => action.type === type)?.requirement;
  const from = requirement('min_value');
  const to = requirement('max_value');
  const range = from !== undefined || to !== undefined ? ` ${from ?? ''} to ${to ?? ''}` : '';
  if (schema.type === 'array') return `list of ${values(schema.item ?? {})}`;
  if (schema.type === 'tuple_with_rest') return 'list of text';
  return `${schema.type === 'string' ? 'text' : (schema.type ?? '')}${range}`;
}

/** A pipe may begin with a schema that has a pipe of its own. */
function actionsOf(schema: SchemaShape): NonNullable<SchemaShape['pipe']> {
  const [first, ...rest] = schema.pipe ?? [];
  return first === undefined ? [] : [...(first.pipe === undefined ? [] : actionsOf(first)), ...rest];
}

if (import.meta.main) {
  for (const [name, page] of Object.entries(REFERENCE_PAGES)) writeFileSync(new URL(name, import.meta.url), page());
}
