import type { Language } from '../contract/view.ts';

/**
 * Dates in words, made by hand: Chromium's own data has plural rules for Welsh but no dates (it falls back to those of the
 * United States), and the window, the tray and the notifications must say the same.
 */

const MONTHS: Record<Language, readonly string[]> = {
  en: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
  cy: [
    'Ionawr',
    'Chwefror',
    'Mawrth',
    'Ebrill',
    'Mai',
    'Mehefin',
    'Gorffennaf',
    'Awst',
    'Medi',
    'Hydref',
    'Tachwedd',
    'Rhagfyr',
  ],
};

const twoDigits = (count: number) => String(count).padStart(2, '0');

/** 3 March 2027, where this computer is. @param at milliseconds since 1970 */
export function dateInWords(at: number, language: Language): string {
  const date = new Date(at);
  return `${date.getDate()} ${MONTHS[language][date.getMonth()] ?? ''} ${date.getFullYear()}`;
}

/** 09:12, in both languages. @param at milliseconds since 1970 */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}
