import type { AgentEffect } from './effects.ts';
import type { AgentEvent } from './events.ts';
import type { Reduced } from './reduce.ts';
import { causeOf, decideRemoval } from './removal.ts';
import { type AgentState, type Clock, cardKey, type Reader, type Slot, withSlot } from './state.ts';

/** Cards and readers coming and going. */

type EventOf<Type extends AgentEvent['type']> = Extract<AgentEvent, { type: Type }>;

const EMPTY: Slot = { kind: 'empty' };

export function serviceChanged(before: AgentState, event: EventOf<'service'>): Reduced {
  if (event.state === 'running') return { state: { ...before, service: 'running' }, effects: [] };
  const emptied = loseCards(before, 'service-stopped', event.at, () => true);
  return { state: { ...emptied.state, service: event.state, readers: [] }, effects: emptied.effects };
}

export function cardProcessLost(before: AgentState, at: Clock): Reduced {
  const emptied = loseCards(before, 'card-process-lost', at, () => true);
  return { state: { ...emptied.state, service: 'starting', readers: [] }, effects: emptied.effects };
}

/** A reader that is no longer listed takes its card with it, even if nobody told that the card went. */
export function readersListed(before: AgentState, names: readonly string[], at: Clock): Reduced {
  const emptied = loseCards(before, 'reader-unplugged', at, (reader) => !names.includes(reader.name));
  const known = new Map(emptied.state.readers.map((reader) => [reader.name, reader]));
  const readers = [...new Set(names)].map((name) => known.get(name) ?? { name, slot: EMPTY });
  return { state: { ...emptied.state, readers }, effects: emptied.effects };
}

export function inserted(before: AgentState, event: EventOf<'inserted'> | EventOf<'mute'>): Reduced {
  const { reader, insertion, at } = event;
  // A card that was not reported gone before this one came has gone all the same.
  const emptied = loseCards(before, 'card-swapped', at, ({ name }) => name === reader);
  if (event.type === 'mute') {
    return { state: withSlot(emptied.state, reader, { kind: 'mute', insertion }), effects: emptied.effects };
  }
  const state = withSlot(emptied.state, reader, {
    kind: 'card',
    insertion,
    eventCount: event.eventCount,
    atr: event.atr,
    reading: 'identifying',
    readings: 1,
    failure: null,
    identity: null,
    pin: null,
    certificates: {},
    attempt: null,
    attemptKind: null,
    keyMismatch: false,
    session: null,
  });
  return { state, effects: [...emptied.effects, { type: 'read', reader, insertion }] };
}

export function removed(before: AgentState, event: EventOf<'removed'>): Reduced {
  return loseCards(
    before,
    event.cause,
    event.at,
    ({ name, slot }) => name === event.reader && slot.kind !== 'empty' && slot.insertion === event.insertion,
  );
}

/** Empties these slots; each active card among them leads to one removal decision, each pending attempt to one answer. */
function loseCards(
  before: AgentState,
  cause: Parameters<typeof causeOf>[1],
  at: Clock,
  isLost: (reader: Reader) => boolean,
): Reduced {
  let state = before;
  const effects: AgentEffect[] = [];
  for (const reader of before.readers) {
    const { slot } = reader;
    if (slot.kind === 'empty' || !isLost(reader)) continue;
    state = withSlot(state, reader.name, EMPTY);
    if (slot.kind === 'mute') continue;
    if (slot.session !== null) {
      const loss = {
        cause: causeOf(state, cause, at),
        reader: reader.name,
        session: slot.session,
        bystanders: othersThan(before, reader),
      };
      const decided = decideRemoval(state, loss, at);
      state = decided.state;
      effects.push(...decided.effects);
    }
    if (slot.attempt !== null) {
      const failure = { code: cause === 'card-process-lost' ? 'card-process-lost' : 'card-removed' } as const;
      effects.push({ type: 'answer', attempt: slot.attempt, result: { ok: false, failure } });
    }
  }
  return { state, effects: withoutRepeats(effects) };
}

/** Cards lost together want the same thing done once. */
function withoutRepeats(effects: readonly AgentEffect[]): AgentEffect[] {
  const acted = new Set<string>();
  return effects.filter((effect) => {
    if (effect.type !== 'act') return true;
    const first = !acted.has(effect.action);
    acted.add(effect.action);
    return first;
  });
}

function othersThan(state: AgentState, reader: Reader): string[] {
  return state.readers.flatMap((each) => (each !== reader && each.slot.kind === 'card' ? [cardKey(each.slot)] : []));
}
