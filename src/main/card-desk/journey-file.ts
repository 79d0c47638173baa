import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { KeptJourney } from '../../core/card-desk/kept-journey.ts';
import { ATTEMPT_RESULTS, CardIdSchema, RELEASE_MODES } from '../../core/contract/card-desk/shapes.ts';
import { UNLOCK_WAYS } from '../../core/contract/unlock.ts';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000));
/** As the card process takes it. */
const tries = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));

/** What has a default here was not written by earlier versions. */
const KeptSchema = v.strictObject({
  cardId: CardIdSchema,
  reader: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  way: v.picklist(UNLOCK_WAYS),
  ticket: v.strictObject({
    unlock: v.pipe(v.string(), v.uuid()),
    token: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
    origin: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(300))), null),
  }),
  expiresAt: v.nullable(v.pipe(v.number(), v.finite())),
  chosen: v.boolean(),
  attempt: v.nullable(
    v.strictObject({
      number: whole,
      mode: v.picklist(RELEASE_MODES),
      wasBlocked: v.boolean(),
      begun: v.optional(v.boolean(), true),
      result: v.nullable(v.picklist(ATTEMPT_RESULTS)),
      triesLeft: v.nullable(whole),
      settled: v.boolean(),
    }),
  ),
  released: whole,
  unseen: v.boolean(),
  wrongs: v.optional(whole, 0),
  pukTries: v.optional(v.nullable(tries), null),
  left: v.optional(v.boolean(), false),
}) satisfies v.GenericSchema<unknown, KeptJourney>;

/** One that is shown, and others that still have to tell the desk something. */
export const MOST_KEPT = 8;

const FileSchema = v.union([
  v.pipe(v.array(KeptSchema), v.maxLength(MOST_KEPT)),
  // As earlier versions wrote it.
  v.pipe(
    KeptSchema,
    v.transform((only) => [only]),
  ),
]);

/**
 * The unlocks that are under way or owe the desk a word, for an agent that is started anew. In it: which card, which journey of
 * the desk and its token, and how far it has come. By the token alone nothing is released: that takes the card's signature, in
 * these 15 minutes. What it is good for without, asking where the journey stands and for a day reporting to it, harms the
 * user's own unlock at worst. Never a passcode, an unblocking code, a code or an address. For this user's eyes only, and on the
 * disk before the card is touched.
 */
export class JourneyFile {
  readonly #file: string;
  readonly #folder: string;
  readonly #onProblem: (why: string) => void;
  #written: string | null = null;
  /** What went wrong last was told: it goes wrong again with every step. */
  #isTold = false;

  constructor(folder: string, onProblem: (why: string) => void) {
    this.#folder = folder;
    this.#file = join(folder, 'unlock.json');
    this.#onProblem = onProblem;
  }

  /** Empty: there are none, or what is there is no such file, and goes. Null: it cannot be read now, and stays for another time. */
  read(): readonly KeptJourney[] | null {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      this.#tell(error);
      return null;
    }
    const parsed = v.safeParse(FileSchema, jsonOf(text));
    if (parsed.success) return parsed.output;
    this.write([]);
    return [];
  }

  /** Whether it is on the disk now, and stays there whatever happens. Never throws. */
  write(kept: readonly KeptJourney[]): boolean {
    const text = kept.length === 0 ? null : JSON.stringify(kept);
    if (text === this.#written && text !== null) return true;
    // Until it has succeeded, nobody knows which of the two is there.
    this.#written = null;
    try {
      if (text === null) this.#remove();
      else this.#replace(text);
      this.#written = text;
      this.#isTold = false;
      return true;
    } catch (error) {
      this.#tell(error);
      return false;
    }
  }

  #tell(error: unknown): void {
    if (!this.#isTold) this.#onProblem(codeOf(error));
    this.#isTold = true;
  }

  #remove(): void {
    rmSync(this.#file, { force: true });
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
    if (process.platform !== 'win32') syncFolder(this.#folder);
  }
}

/** A name outlives a loss of power only once its folder is on the disk too (fsync(2)); Windows has no such call, and journals names. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'not written';

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
