import type { Language } from '../../core/contract/view.ts';
import { type Catalogue, languageOf, makeTranslator, type Translator } from '../../core/language/translator.ts';
import { useWindow } from './store.ts';

/** Each language is a part of the page of its own: a user needs one. */
const FIRST: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import('../../core/language/en/first.ts')).first,
  cy: async () => (await import('../../core/language/cy/first.ts')).first,
};

/** What only some pages say comes with those pages. */
const LATER = {
  journeys: {
    en: async () => ({ journeys: (await import('../../core/language/en/journeys.ts')).journeys }),
    cy: async () => ({ journeys: (await import('../../core/language/cy/journeys.ts')).journeys }),
  },
  ra: {
    en: async () => ({ ra: (await import('../../core/language/en/ra.ts')).ra }),
    cy: async () => ({ ra: (await import('../../core/language/cy/ra.ts')).ra }),
  },
  unlock: {
    en: async () => ({ unlock: (await import('../../core/language/en/unlock.ts')).unlock }),
    cy: async () => ({ unlock: (await import('../../core/language/cy/unlock.ts')).unlock }),
  },
} as const satisfies Record<string, Record<Language, () => Promise<Catalogue>>>;
export type LaterTexts = keyof typeof LATER;

const loaded: Record<Language, Catalogue> = { en: {}, cy: {} };
const wanted = new Set<Language>();

/** Loads a language if it is not there yet; the window is drawn in it as soon as it is. */
export async function loadLanguage(language: Language): Promise<void> {
  if (wanted.has(language)) return;
  wanted.add(language);
  add(language, await FIRST[language]());
}

/** Loads more texts of a language that is there. Rejects when they do not come. */
export async function loadTexts(language: Language, texts: LaterTexts): Promise<void> {
  add(language, await LATER[texts][language]());
}

function add(language: Language, catalogue: Catalogue): void {
  loaded[language] = { ...loaded[language], ...catalogue };
  const translator = makeTranslator(language, loaded[language]);
  useWindow.setState(({ translators, spoken, view }) => ({
    translators: { ...translators, [language]: translator },
    spoken: view?.language === language ? language : spoken,
  }));
}

/** The browser's own language, most likely the user's, while the agent has not told. */
export function loadLikelyLanguage(): void {
  void loadLanguage(languageOf(navigator.languages));
}

export type Translators = Readonly<Partial<Record<Language, Translator>>>;
