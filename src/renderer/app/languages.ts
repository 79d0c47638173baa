import type { Language } from '../../core/contract/view.ts';
import { languageOf, makeTranslator, type Translator } from '../../core/language/translator.ts';
import { useWindow } from './store.ts';

/** Each language is a part of the page of its own: a user needs one. */
const CATALOGUES = {
  en: async () => (await import('../../core/language/en/index.ts')).en,
  cy: async () => (await import('../../core/language/cy/index.ts')).cy,
} as const;

const wanted = new Set<Language>();

/** Loads a language if it is not there yet; the window is drawn in it as soon as it is. */
export async function loadLanguage(language: Language): Promise<void> {
  if (wanted.has(language)) return;
  wanted.add(language);
  const translator = makeTranslator(language, await CATALOGUES[language]());
  useWindow.setState(({ translators }) => ({ translators: { ...translators, [language]: translator } }));
}

/** The browser's own language, most likely the user's, while the agent has not told. */
export function loadLikelyLanguage(): void {
  void loadLanguage(languageOf(navigator.languages));
}

export type Translators = Readonly<Partial<Record<Language, Translator>>>;
