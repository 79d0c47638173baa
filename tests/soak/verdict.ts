import { shortId } from './chronicle.ts';
import type { Testimony } from './witness.ts';
import type { Loss, Stay } from './world.ts';

/**
 * A session may be told this much later than it began on the card: a loss so shortly before the telling may be the one that
 * ended it.
 */
const TELLING_MS = 1_000;

type Session = { readonly cardId: string; readonly toldAt: number; readonly from: number };

/**
 * Holds what the agent said against what was done to it: every loss of an active card has led to exactly one decision, no
 * decision came without a loss, each was settled once. Pure.
 * @returns what is wrong, in words; empty when nothing is
 */
export function faultsIn(testimony: Testimony, stays: readonly Stay[], losses: readonly Loss[]): string[] {
  const faults: string[] = [];
  const open = new Map<string, Session>();
  const lastMatched = new Map<string, number>();
  const settled = new Map<number, number>();
  const decided = new Set<number>();

  for (const line of testimony) {
    switch (line.event) {
      case 'session-began': {
        const { reader, cardId, monotonicMs } = line;
        const before = open.get(reader);
        if (before !== undefined) faults.push(`${reader}: a session began in the session of ${shortId(before.cardId)}`);
        const stay = stays.findLast(
          (each) => each.reader === reader && each.card.cardId === cardId && each.from <= monotonicMs,
        );
        if (stay === undefined) faults.push(`${reader}: a session began with ${shortId(cardId)}, which was never in`);
        open.set(reader, { cardId, toldAt: monotonicMs, from: stay?.from ?? monotonicMs });
        break;
      }
      case 'decided': {
        const { number, reader, cardId } = line.decision;
        if (decided.has(number)) faults.push(`decision ${number} was told twice`);
        decided.add(number);
        const session = open.get(reader);
        open.delete(reader);
        if (session?.cardId !== cardId) {
          faults.push(`decision ${number}: ${shortId(cardId)} was not active in ${reader}`);
          break;
        }
        const earliest = Math.max(session.from, session.toldAt - TELLING_MS);
        const after = lastMatched.get(reader) ?? Number.NEGATIVE_INFINITY;
        const loss = losses.find(
          ({ reader: at, at: when }) => at === reader && when >= earliest && when > after && when <= line.monotonicMs,
        );
        if (loss === undefined) faults.push(`decision ${number}: ${shortId(cardId)} was not lost in ${reader}`);
        else lastMatched.set(reader, loss.at);
        break;
      }
      case 'settled':
        settled.set(line.decision, (settled.get(line.decision) ?? 0) + 1);
        break;
    }
  }

  for (const [reader, { cardId, toldAt }] of open) {
    const loss = losses.find(({ reader: at, at: when }) => at === reader && when > toldAt);
    if (loss !== undefined)
      faults.push(`${reader}: ${shortId(cardId)} was lost (${loss.why}), and nothing was decided`);
  }
  for (const number of decided) {
    const times = settled.get(number) ?? 0;
    if (times !== 1) faults.push(`decision ${number} was settled ${times} times`);
  }
  for (const number of settled.keys()) {
    if (!decided.has(number)) faults.push(`decision ${number} was settled and never told`);
  }
  return faults;
}
