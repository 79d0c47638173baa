import * as v from 'valibot';
import { type AlertMemory, MAX_ALERT_RECORDS } from '../../core/agent/state.ts';
import { openStore, type Store, type StoreProblem } from './repaired-store.ts';

const text = v.pipe(v.string(), v.maxLength(255));

export const AlertMemorySchema = v.object({
  alerts: v.optional(
    v.pipe(
      v.array(
        v.object({
          login: v.object({ bootId: text, reader: text, eventCount: v.pipe(v.number(), v.integer()), cardId: text }),
          fingerprint: text,
          rung: v.pipe(v.number(), v.integer()),
        }),
      ),
      v.maxLength(MAX_ALERT_RECORDS),
    ),
    [],
  ),
});

/** Which login has been warned about which certificate: survives restarts of the agent. */
export function openAlertMemory(folder: string, onProblem: (problem: StoreProblem) => void): Store<AlertMemory> {
  return openStore(folder, 'alert-memory', AlertMemorySchema, onProblem);
}
