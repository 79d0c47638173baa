import * as v from 'valibot';
import { AlertMemorySchema } from '../../../src/main/store/alert-memory.ts';
import { SettingsSchema } from '../../../src/main/store/settings.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'stored-file',
  seeds: () => seedsOf('stored-file'),
  run: (input) => {
    let data: unknown;
    try {
      data = JSON.parse(new TextDecoder().decode(input));
    } catch {
      return;
    }
    v.safeParse(SettingsSchema, data);
    v.safeParse(AlertMemorySchema, data);
  },
  expected: [],
} satisfies FuzzTarget;
