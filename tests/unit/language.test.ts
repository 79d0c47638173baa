import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LANGUAGES, type Language } from '../../src/core/contract/view.ts';
import { cy } from '../../src/core/language/cy/index.ts';
import { dateInWords, timeOfDay } from '../../src/core/language/dates.ts';
import { en } from '../../src/core/language/en/index.ts';
import { translatorFor } from '../../src/core/language/translators.ts';

type Leaf = string | readonly string[];
interface Tree {
  readonly [name: string]: Leaf | Tree;
}

const CATALOGUES: Record<Language, Tree> = { en, cy };
const PLURAL_FORM = /_(zero|one|two|few|many|other)$/;

/** Where both languages say nothing, on purpose: the page has nothing to add to its heading. */
const EMPTY = new Set(['panel.next.awaiting-passcode']);

/** Names, and a word that is the same in both languages. */
const SAME = new Set([
  'common.product',
  'desktop.tooltip',
  'diagnostics.check.agent',
  'diagnostics.state.failed',
  'journeys.ipad.title',
  'journeys.microsoft-authenticator.title',
  'journeys.passkey.title',
  'journeys.windows-hello.title',
  'settings.language.cy',
  'settings.language.en',
]);

const isLeaf = (value: Leaf | Tree): value is Leaf => typeof value === 'string' || Array.isArray(value);

/** Every text by its key: `panel.lockNow`. */
function leavesOf(tree: Tree, path = ''): Map<string, Leaf> {
  return new Map(
    Object.entries(tree).flatMap(([name, value]) =>
      isLeaf(value) ? [[`${path}${name}`, value] as const] : [...leavesOf(value, `${path}${name}.`)],
    ),
  );
}

const stemOf = (key: string) => key.replace(PLURAL_FORM, '');
const formsOf = (language: Language) => new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();

const leaves: Record<Language, ReadonlyMap<string, Leaf>> = {
  en: leavesOf(CATALOGUES.en),
  cy: leavesOf(CATALOGUES.cy),
};

/** The texts of a key, whatever its plural forms. */
function textsOf(language: Language, stem: string): readonly string[] {
  return [...leaves[language]].filter(([key]) => stemOf(key) === stem).flatMap(([, leaf]) => leaf);
}

const stemsOf = (language: Language) => [...new Set([...leaves[language].keys()].map(stemOf))].toSorted();
const valuesIn = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').toSorted();

describe('both languages', () => {
  test('say the same things', () => {
    expect(stemsOf('cy')).toEqual(stemsOf('en'));
  });

  test.each(LANGUAGES)('%s has exactly the plural forms that it counts in', (language) => {
    const counted = new Map<string, string[]>();
    for (const key of leaves[language].keys()) {
      const form = PLURAL_FORM.exec(key)?.[1];
      if (form !== undefined) counted.set(stemOf(key), [...(counted.get(stemOf(key)) ?? []), form]);
    }
    for (const [stem, forms] of counted) {
      expect(forms.toSorted(), stem).toEqual(formsOf(language));
      expect(leaves[language].has(stem), `${stem} beside its own plural forms`).toBe(false);
    }
  });

  test('count the same things', () => {
    const counted = (language: Language) =>
      [...new Set([...leaves[language].keys()].filter((key) => PLURAL_FORM.test(key)).map(stemOf))].toSorted();
    expect(counted('cy')).toEqual(counted('en'));
  });

  test('put the same values into each text', () => {
    for (const stem of stemsOf('en')) {
      const english = new Set(textsOf('en', stem).flatMap(valuesIn));
      for (const text of LANGUAGES.flatMap((language) => textsOf(language, stem))) {
        const values = new Set(valuesIn(text));
        for (const value of english) {
          // One, or none, can be said without a figure.
          if (value !== 'count') expect(values, `${stem}: ${text}`).toContain(value);
        }
        expect(english, `${stem}: ${text}`).toEqual(new Set([...english, ...values]));
      }
    }
  });

  test('have lists of the same length', () => {
    for (const [key, leaf] of leaves.en) {
      if (typeof leaf !== 'string') expect(leaves.cy.get(key), key).toHaveLength(leaf.length);
    }
  });

  test('leave no text empty', () => {
    for (const language of LANGUAGES) {
      const empty = [...leaves[language]].filter(
        ([, leaf]) => [leaf].flat().some((text) => text.trim() === '') || leaf.length === 0,
      );
      expect(empty.map(([key]) => key)).toEqual([...EMPTY]);
    }
  });

  test('are not the same language', () => {
    const same = stemsOf('en').filter((stem) => {
      const english = new Set(textsOf('en', stem));
      return !EMPTY.has(stem) && textsOf('cy', stem).some((text) => english.has(text));
    });
    expect(same).toEqual([...SAME]);
  });

  test('name the passcode as people do', () => {
    for (const [key, leaf] of [...leaves.en, ...leaves.cy]) expect([leaf].flat().join(' '), key).not.toMatch(/\bPIN\b/);
  });
});

describe('counting in Welsh', () => {
  const { text } = translatorFor('cy');
  test('changes the word after the number where Welsh does', () => {
    expect([1, 2, 3, 6, 90].map((count) => text('common.days', { count }))).toEqual([
      '1 diwrnod',
      '2 ddiwrnod',
      '3 diwrnod',
      '6 diwrnod',
      '90 diwrnod',
    ]);
    expect([1, 2, 3, 4, 6].map((count) => text('diagnostics.troubles', { count }).slice(-7))).toEqual([
      ' 1 peth',
      ' 2 beth',
      '3 pheth',
      ' 4 peth',
      '6 pheth',
    ]);
  });
});

describe('dates', () => {
  const noon = new Date(2027, 2, 3, 9, 5).getTime();
  test('are in words', () => {
    expect(dateInWords(noon, 'en')).toBe('3 March 2027');
    expect(dateInWords(noon, 'cy')).toBe('3 Mawrth 2027');
  });
  test('and hours have two figures', () => {
    expect(timeOfDay(noon)).toBe('09:05');
  });
});

describe('the sources', () => {
  const root = join(import.meta.dirname, '..', '..', 'src');
  const sources = globSync('{renderer,main}/**/*.{ts,tsx}', { cwd: root }).map((file) =>
    readFileSync(join(root, file), 'utf8'),
  );
  const sections = Object.keys(en).join('|');
  const stems = new Set(stemsOf('en'));

  /** Keys as they are written: `'panel.lockNow'`. A table of keys counts: what stands in it is meant to be said. */
  const literal = new RegExp(`'((?:${sections})\\.[\\w.-]+)'`, 'g');
  /** Keys that are put together: `failures.${code}.says` in backquotes. */
  const template = new RegExp(`\`((?:${sections})\\.(?:[\\w.-]|\\$\\{[^}]*\\})+)\``, 'g');
  /** What is asked of the translator, with the condition that chooses between keys. */
  const asked = /\b(?:text|list)\(([^()]*)/g;

  const literals = sources.flatMap((source) => [...source.matchAll(literal)].map(([, key]) => key ?? ''));
  const templates = [
    ...new Set(sources.flatMap((source) => [...source.matchAll(template)].map(([, key]) => key ?? ''))),
  ];
  const pattern = (key: string) =>
    new RegExp(
      `^${key
        .split(/\$\{[^}]*\}/)
        .map((part) => part.replaceAll('.', '\\.'))
        .join('[^.]+')}$`,
    );

  test('ask for no text that is not there', () => {
    const keys = sources.flatMap((source) =>
      [...source.matchAll(asked)].flatMap(([, within = '']) =>
        [...within.matchAll(literal)].map(([, key]) => key ?? ''),
      ),
    );
    expect(keys.length).toBeGreaterThan(100);
    expect(keys.filter((key) => !stems.has(key))).toEqual([]);
    expect(templates.filter((key) => ![...stems].some((stem) => pattern(key).test(stem)))).toEqual([]);
  });

  test('leave no text unsaid', () => {
    const said = new Set(literals);
    const patterns = templates.map(pattern);
    const unsaid = [...stems].filter((stem) => !said.has(stem) && !patterns.some((each) => each.test(stem)));
    expect(unsaid).toEqual([]);
  });
});
