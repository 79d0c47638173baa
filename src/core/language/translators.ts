import type { Language } from '../contract/view.ts';
import { cy } from './cy/index.ts';
import { en } from './en/index.ts';
import { makeTranslator, type Translator } from './translator.ts';

const TRANSLATORS: Record<Language, () => Translator> = {
  en: () => makeTranslator('en', en),
  cy: () => makeTranslator('cy', cy),
};
const made = new Map<Language, Translator>();

/** For the tray and the notifications: both languages are at hand. */
export function translatorFor(language: Language): Translator {
  const translator = made.get(language) ?? TRANSLATORS[language]();
  made.set(language, translator);
  return translator;
}
