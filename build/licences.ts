import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

/**
 * `node build/licences.ts`: writes the terms of all that Wardkey is built with into the page that shows them. A unit test
 * holds that file and the installed packages together.
 */

export type Licence = {
  readonly name: string;
  readonly version: string;
  /** As SPDX writes it. */
  readonly licence: string;
  /** The terms in full, or what the package says of them where it comes without. */
  readonly text: string;
};

export const LICENCES_FILE = join('src', 'renderer', 'about', 'licences.json');

const LockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({
      version: v.optional(v.string()),
      license: v.optional(v.string()),
      dev: v.optional(v.boolean(), false),
      /** One that another machine's system needs, and this one may lack. */
      optional: v.optional(v.boolean(), false),
      devOptional: v.optional(v.boolean(), false),
      dependencies: v.optional(v.record(v.string(), v.string()), {}),
    }),
  ),
});

const FOLDER = 'node_modules/';
const TERMS = /^(licen[cs]e|copying)([.-].*)?$/i;

/** The packages that go out with the program, in the order of their names. */
export function licences(root: string): Licence[] {
  const lock = v.parse(LockSchema, JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const needed = neededByTheProgram(lock.packages);
  return Object.entries(lock.packages)
    .filter(([path, each]) => needed.has(path) && !each.dev && !each.optional && !each.devOptional)
    .map(([path, { version = '', license = '' }]) => ({
      name: path.slice(path.lastIndexOf(FOLDER) + FOLDER.length),
      version,
      licence: license.replace(/^\((.*)\)$/, '$1'),
      text: termsOf(join(root, path)),
    }))
    .toSorted((a, b) => (a.name === b.name ? compare(a.version, b.version) : compare(a.name, b.name)));
}

/** Where the packages lie that the program itself needs. Those of the services (npm workspaces) are in the same lock file. */
function neededByTheProgram(packages: v.InferOutput<typeof LockSchema>['packages']): ReadonlySet<string> {
  const needed = new Set<string>();
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      const found = placeOf(packages, path, name);
      if (found === null || needed.has(found)) continue;
      needed.add(found);
      pending.push(found);
    }
  }
  return needed;
}

/** Node looks for a package beside the one that asks, then in each folder above it. */
function placeOf(packages: Readonly<Record<string, unknown>>, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(FOLDER)))) {
    const place = `${folder === '' || folder.endsWith('/') ? folder : `${folder}/`}${FOLDER}${name}`;
    if (packages[place] !== undefined) return place;
    if (folder === '') return null;
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function termsOf(folder: string): string {
  if (!existsSync(folder)) throw new Error(`${folder} is not installed: run npm ci first`);
  const names = readdirSync(folder).toSorted(compare);
  const file = names.find((name) => TERMS.test(name));
  const text = file === undefined ? readmeOn(folder, names) : readFileSync(join(folder, file), 'utf8');
  return text.replaceAll('\r\n', '\n').trim();
}

/** Some packages say it in their README only, under a heading of its own, which may be an underlined one. */
function readmeOn(folder: string, names: readonly string[]): string {
  const file = names.find((name) => /^readme\.md$/i.test(name));
  const readme = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
  const [, after = ''] = readme.split(/^(?:#+ *licen[cs]e.*|licen[cs]e\r?\n-+)$/im);
  return after.split(/^#/m)[0] ?? '';
}

/** What the file holds, in the house's format. */
export const licencesText = (root: string): string => `${JSON.stringify(licences(root), null, 2)}\n`;

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  writeFileSync(join(root, LICENCES_FILE), licencesText(root));
}
