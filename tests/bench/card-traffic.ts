import { setTimeout as pause } from 'node:timers/promises';
import type { PlayedReader } from '../../src/simulator/reader/card-player.ts';

/** What crossed the reader, as the virtual card counts it. */
export type Traffic = {
  readonly apdus: number;
  /** From the first command to the last answer, in milliseconds; 0 without any. */
  readonly spanMs: number;
};

/** Of what was logged; only commands that came before `until` (monotonic clock) where that is given. */
export async function trafficOf(reader: PlayedReader, until = Number.POSITIVE_INFINITY): Promise<Traffic> {
  const records = (await reader.log()).filter(({ at }) => at < until);
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return { apdus: 0, spanMs: 0 };
  return { apdus: records.length, spanMs: last.at + (last.durationMs ?? 0) - first.at };
}

/** Resolves when the card has heard nothing for this long: there is no event for "nothing more is coming". */
export async function untilQuiet(reader: PlayedReader, quietMs: number): Promise<void> {
  let before = -1;
  for (let count = await reader.apduCount(); count !== before; count = await reader.apduCount()) {
    before = count;
    await pause(quietMs);
  }
}
