import { CERTIFICATE_SLOTS } from '../contract/card-process.ts';
import type { AgentEffect } from './effects.ts';
import type { Reduced } from './reduce.ts';
import { type AgentState, withSlot } from './state.ts';

/** Has every certificate judged anew whose date has come. Asked once: until the new word comes, no date is due. */
export function judgeDue(before: AgentState): Reduced {
  let state = before;
  const effects: AgentEffect[] = [];
  for (const { name: reader, slot: card } of before.readers) {
    if (card.kind !== 'card') continue;
    const certificates = { ...card.certificates };
    for (const slot of CERTIFICATE_SLOTS) {
      const certificate = certificates[slot];
      const due = certificate?.verdict.judgeAgainAt ?? null;
      if (certificate === undefined || due === null || due > before.clock.wall) continue;
      certificates[slot] = { ...certificate, verdict: { ...certificate.verdict, judgeAgainAt: null } };
      effects.push({ type: 'judge', reader, insertion: card.insertion, slot });
    }
    if (effects.length > 0) state = withSlot(state, reader, { ...card, certificates });
  }
  return { state, effects };
}
