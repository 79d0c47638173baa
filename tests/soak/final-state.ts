import type { Snapshot } from '../bench/agent-lines.ts';
import type { Desktop } from '../rig/logind.ts';
import type { Witness } from './witness.ts';
import type { Stay, World } from './world.ts';

/** Where the agent's state differs from what is the case; empty when it does not. */
export async function differences(
  snapshot: Snapshot,
  allReaders: readonly string[],
  world: World,
  witness: Witness,
  desktop: Desktop,
): Promise<string[]> {
  const found: string[] = [];
  if (snapshot.service !== 'running') found.push(`service: ${snapshot.service}, and it runs`);
  const hint = (await desktop.lockedHint()) ? 'locked' : 'unlocked';
  if (snapshot.screen !== hint) found.push(`screen: ${snapshot.screen}, and it is ${hint}`);
  const told = new Map(snapshot.readers.map((reader) => [reader.reader, reader]));
  for (const name of told.keys()) if (!allReaders.includes(name)) found.push(`${name}: there is no such reader`);
  for (const name of allReaders) {
    const stay = world.stayIn(name);
    const expected = await expectedPhase(stay, world, witness.active.get(name) ?? null);
    const cardId = stay === null || stay.voice !== 'sound' ? null : stay.card.cardId;
    const reader = told.get(name);
    if (reader === undefined) found.push(`${name}: not listed`);
    else if (reader.phase !== expected) found.push(`${name}: ${reader.phase}, and it is ${expected}`);
    else if ((reader.card?.cardId ?? null) !== cardId)
      found.push(`${name}: ${reader.card?.cardId}, and it is ${cardId}`);
  }
  return found;
}

async function expectedPhase(stay: Stay | null, world: World, active: string | null): Promise<string> {
  if (stay === null) return 'empty';
  switch (stay.voice) {
    case 'no-atr':
      return 'mute';
    case 'silent':
      return 'unreadable';
    case 'sound':
      break;
  }
  if (!stay.card.valid) return 'certificate-trouble';
  if (active === stay.card.cardId) return 'active';
  return (await world.triesLeft(stay.reader)) === 0 ? 'blocked' : 'awaiting-passcode';
}
