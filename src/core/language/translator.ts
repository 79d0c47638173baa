import i18next from 'i18next';
import type { Language } from '../contract/view.ts';
import { dateInWords, timeOfDay } from './dates.ts';
import type { en } from './en/index.ts';

/** Every text of the window, the tray and the notifications, in the user's language. */

type PluralForm = '_zero' | '_one' | '_two' | '_few' | '_many' | '_other';
type WithoutPlural<Key extends string> = Key extends `${infer Stem}${PluralForm}` ? Stem : Key;

type Keys<Tree, Leaf, Path extends string = ''> = {
  [Key in keyof Tree & string]: Tree[Key] extends Leaf
    ? `${Path}${WithoutPlural<Key>}`
    : Tree[Key] extends string | readonly string[]
      ? never
      : Keys<Tree[Key], Leaf, `${Path}${Key}.`>;
}[keyof Tree & string];

/** A single text: `panel.lockNow`. A text with plural forms is named without its form. */
export type TextKey = Keys<typeof en, string>;
/** Several texts in order: the steps of a journey. */
export type ListKey = Keys<typeof en, readonly string[]>;

/** What stands in a text's {{places}}; `count` chooses the plural form. */
export type TextValues = Readonly<Record<string, string | number>>;

export type Translator = {
  readonly language: Language;
  readonly text: (key: TextKey, values?: TextValues) => string;
  readonly list: (key: ListKey) => readonly string[];
  /** 3 March 2027. @param at milliseconds since 1970 */
  readonly date: (at: number) => string;
  /** 09:12 */
  readonly time: (at: number) => string;
};

/** All texts of one language: a tree of the same shape as the English one, with the plural forms of its own. */
export type Catalogue = { readonly [key: string]: string | readonly string[] | Catalogue };

/** @param catalogue of that language; src/core/language/translators.ts has them all, the window loads the one it shows */
export function makeTranslator(language: Language, catalogue: Catalogue): Translator {
  const i18n = i18next.createInstance();
  void i18n.init({
    lng: language,
    resources: { [language]: { translation: catalogue } },
    initAsync: false,
    // React and the desktops' own interfaces take text as text.
    interpolation: { escapeValue: false },
  });
  return {
    language,
    text: (key, values = {}) => i18n.t(key, values),
    list: (key) => {
      const texts: unknown = i18n.t(key, { returnObjects: true });
      return Array.isArray(texts) ? texts.map(String) : [];
    },
    date: (at) => dateInWords(at, language),
    time: timeOfDay,
  };
}

/** The first of the system's languages that Wardkey speaks. @param preferred as in LANG or navigator.languages */
export function languageOf(preferred: readonly string[]): Language {
  for (const each of preferred) {
    const language = each.toLowerCase().slice(0, 2);
    if (language === 'en' || language === 'cy') return language;
  }
  return 'en';
}
