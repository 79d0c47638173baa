import * as v from 'valibot';
import { INSERTION_CHOICES, LANGUAGE_CHOICES, THEME_CHOICES } from '../../core/contract/view.ts';
import { openStore, type Store, type StoreProblem } from './repaired-store.ts';

/** What a user may choose. What the organisation decides is policy, not a setting. */
export const SettingsSchema = v.object({
  language: v.optional(v.picklist(LANGUAGE_CHOICES), 'system'),
  theme: v.optional(v.picklist(THEME_CHOICES), 'system'),
  /** What a card that wants its passcode does when it comes in. */
  onInsertion: v.optional(v.picklist(INSERTION_CHOICES), 'open'),
  /** Whether the keys of the passcode are also shown as buttons. */
  pad: v.optional(v.boolean(), true),
  /** Whether the introduction has been read. */
  introduced: v.optional(v.boolean(), false),
  /** The reader that commands mean when several have a card; null: ask. */
  preferredReader: v.optional(v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(255))), null),
});
export type Settings = v.InferOutput<typeof SettingsSchema>;

export function openSettings(folder: string, onProblem: (problem: StoreProblem) => void): Store<Settings> {
  return openStore(folder, 'settings', SettingsSchema, onProblem);
}
