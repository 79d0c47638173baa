import * as v from 'valibot';
import { openStore, type Store, type StoreProblem } from './repaired-store.ts';

/** What a user may choose. What the organisation decides is policy, not a setting. */
export const SettingsSchema = v.object({
  language: v.optional(v.picklist(['system', 'en', 'cy']), 'system'),
  /** The reader that commands mean when several have a card; null: ask. */
  preferredReader: v.optional(v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(255))), null),
});
export type Settings = v.InferOutput<typeof SettingsSchema>;

export function openSettings(folder: string, onProblem: (problem: StoreProblem) => void): Store<Settings> {
  return openStore(folder, 'settings', SettingsSchema, onProblem);
}
