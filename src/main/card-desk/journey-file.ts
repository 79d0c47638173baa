import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { KeptJourney } from '../../core/card-desk/unlock-journey.ts';
import { ATTEMPT_RESULTS, CardIdSchema, RELEASE_MODES } from '../../core/contract/card-desk.ts';
import { UNLOCK_WAYS } from '../../core/contract/unlock.ts';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000));

const KeptSchema = v.strictObject({
  cardId: CardIdSchema,
  reader: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  way: v.picklist(UNLOCK_WAYS),
  ticket: v.strictObject({ unlock: v.pipe(v.string(), v.uuid()), token: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)) }),
  expiresAt: v.nullable(v.pipe(v.number(), v.finite())),
  chosen: v.boolean(),
  attempt: v.nullable(
    v.strictObject({
      number: whole,
      mode: v.picklist(RELEASE_MODES),
      wasBlocked: v.boolean(),
      result: v.nullable(v.picklist(ATTEMPT_RESULTS)),
      triesLeft: v.nullable(whole),
      settled: v.boolean(),
    }),
  ),
  released: whole,
  unseen: v.boolean(),
}) satisfies v.GenericSchema<unknown, KeptJourney>;

/**
 * The unlock that is under way, for an agent that is started anew. In it: which card, which journey of the desk and its token,
 * which is good for these 15 minutes and for nothing without the card, and how far it has come. Never a passcode, an unblocking
 * code, a code or an address. For this user's eyes only, and on the disk before the card is touched.
 */
export class JourneyFile {
  readonly #file: string;
  readonly #folder: string;
  readonly #onProblem: (why: string) => void;
  #written: string | null = null;

  constructor(folder: string, onProblem: (why: string) => void) {
    this.#folder = folder;
    this.#file = join(folder, 'unlock.json');
    this.#onProblem = onProblem;
  }

  /** Null: there is none, or none that can be read; that is as good as none, for the desk forgets it too. */
  read(): KeptJourney | null {
    try {
      const parsed = v.safeParse(KeptSchema, JSON.parse(readFileSync(this.#file, 'utf8')));
      if (parsed.success) return parsed.output;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    }
    this.write(null);
    return null;
  }

  /** Never throws: a full disk loses the journey's memory and not the journey. */
  write(kept: KeptJourney | null): void {
    const text = kept === null ? null : JSON.stringify(kept);
    if (text === this.#written && text !== null) return;
    try {
      if (text === null) rmSync(this.#file, { force: true });
      else this.#replace(text);
      this.#written = text;
    } catch (error) {
      this.#onProblem(error instanceof Error && 'code' in error ? String(error.code) : 'not written');
    }
  }

  #replace(text: string): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const fresh = `${this.#file}.new`;
    rmSync(fresh, { force: true });
    const handle = openSync(fresh, 'wx', 0o600);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, this.#file);
  }
}
