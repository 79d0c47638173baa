import * as v from 'valibot';
import { CardIdSchema } from '../../../../src/core/contract/card-desk/shapes.ts';
import {
  AdministrationError,
  enrolCard,
  leave,
  replaceCertificates,
  savePerson,
  setCardState,
  setOwner,
  settleCode,
} from '../administration.ts';
import type { Desk } from '../desk.ts';
import { readAudit } from '../store/audit-chain.ts';
import { CARD_STATES, stuckCards } from '../store/cards.ts';
import { listJourneys } from '../store/journeys.ts';
import { keyUses } from '../store/key-checks.ts';
import { rotateKeys } from '../store/key-rotation.ts';
import { viewOf } from '../unlock/journey-access.ts';

/** The commands that work on the desk's data, through a desk that runs or on the database itself. */

export const EXIT = { done: 0, failed: 1, usage: 2, settings: 3, database: 4, chainBroken: 5 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export const OptionsSchema = v.strictObject({
  card: v.optional(v.string()),
  person: v.optional(v.string()),
  state: v.optional(v.string()),
  limit: v.optional(v.string()),
  head: v.optional(v.string()),
  open: v.optional(v.boolean()),
  nobody: v.optional(v.boolean()),
});
export type Options = v.InferOutput<typeof OptionsSchema>;

export type CommandIo = {
  /** Lines of standard input. */
  readonly input: AsyncIterable<string>;
  /** A line of standard output: one JSON value. */
  readonly tell: (value: unknown) => void;
};

export type DeskCommand = {
  readonly usage: string;
  readonly does: string;
  readonly readsInput: boolean;
  run(desk: Desk, options: Options, io: CommandIo): Promise<Exit>;
};

/** Each line of the input on its own: what is wrong with one is told, and the others are done all the same. */
async function eachLine(io: CommandIo, work: (json: unknown) => Promise<unknown>): Promise<Exit> {
  let number = 0;
  let exit: Exit = EXIT.done;
  for await (const line of io.input) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      io.tell({ line: number, ok: true, ...Object(await work(jsonOf(line))) });
    } catch (error) {
      if (!(error instanceof AdministrationError)) throw error;
      io.tell({ line: number, ok: false, why: error.message });
      exit = EXIT.failed;
    }
  }
  return exit;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new AdministrationError('a line is not JSON');
  }
}

function cardOf({ card }: Options): string {
  const parsed = v.safeParse(CardIdSchema, card?.toLowerCase());
  if (!parsed.success) throw new AdministrationError('--card wants the id of a card');
  return parsed.output;
}

function limitOf({ limit: given = '100' }: Options): number {
  const limit = Number(given);
  if (!Number.isSafeInteger(limit) || limit < 1) throw new AdministrationError('--limit is a number');
  return Math.min(limit, 10_000);
}

export const DESK_COMMANDS: Readonly<Record<string, DeskCommand>> = {
  person: {
    usage: 'person < LINES',
    does: 'saves people: {"userId","name","role"?,"email"?,"mobile"?,"back"?}, one a line',
    readsInput: true,
    run: (desk, _, io) => eachLine(io, (json) => savePerson(desk, json)),
  },
  left: {
    usage: 'left < LINES',
    does: 'takes people who have left off the desk: {"userId"}, one a line; their cards are withdrawn before',
    readsInput: true,
    run: (desk, _, io) => eachLine(io, (json) => leave(desk, json)),
  },
  enrol: {
    usage: 'enrol < LINES',
    does: 'enrols cards: {"cardId","serial"?,"owner"?,"puk","adminKey"?,"certificates"?}, one a line',
    readsInput: true,
    run: (desk, _, io) => eachLine(io, (json) => enrolCard(desk, json)),
  },
  certificates: {
    usage: 'certificates < LINES',
    does: 'puts certificates of cards in the place of those they had: {"cardId","certificates"}, one a line',
    readsInput: true,
    run: (desk, _, io) => eachLine(io, (json) => replaceCertificates(desk, json)),
  },
  owner: {
    usage: 'owner --card ID (--person USERID | --nobody)',
    does: 'sets whose card it is',
    readsInput: false,
    async run(desk, options, io) {
      const { person, nobody = false } = options;
      if ((person === undefined) !== nobody) throw new AdministrationError('either --person or --nobody');
      await setOwner(desk, cardOf(options), person ?? null);
      io.tell({ ok: true });
      return EXIT.done;
    },
  },
  card: {
    usage: 'card --card ID --state active|lost|withdrawn',
    does: 'stops a card, or makes it active again',
    readsInput: false,
    async run(desk, options, io) {
      const state = CARD_STATES.find((each) => each === options.state);
      if (state === undefined) throw new AdministrationError(`--state is one of ${CARD_STATES.join(', ')}`);
      await setCardState(desk, cardOf(options), state);
      io.tell({ ok: true });
      return EXIT.done;
    },
  },
  stuck: {
    usage: 'stuck [--limit N]',
    does: 'lists active cards whose unblocking code is released to nobody any more, and why',
    readsInput: false,
    async run(desk, options, io) {
      const found = await desk.database.transaction((sql) => stuckCards(sql, limitOf(options)));
      for (const { id, serial, puk_condition: condition, has_former: former } of found) {
        const why = condition === 'lost' || condition === 'blocked' ? condition : 'one-try-left';
        io.tell({ cardId: id, serial, why, former });
      }
      return EXIT.done;
    },
  },
  'settle-code': {
    usage: 'settle-code < LINES',
    does: 'what somebody with the card in hand knows: {"cardId","puk"}, {"cardId","triesLeft"}, {"cardId","former":true,"triesLeft"}, {"cardId","former":false} or {"cardId","adminKey"}, one a line',
    readsInput: true,
    run: (desk, _, io) => eachLine(io, (json) => settleCode(desk, json)),
  },
  journeys: {
    usage: 'journeys [--card ID] [--open] [--limit N]',
    does: 'lists journeys, the latest first',
    readsInput: false,
    async run(desk, options, io) {
      const cardId = options.card === undefined ? null : cardOf(options);
      const filter = { cardId, open: options.open ?? false, limit: limitOf(options) };
      const found = await desk.database.transaction((sql) => listJourneys(sql, filter));
      for (const stored of found) {
        const startedAt = new Date(stored.journey.startedAt).toISOString();
        io.tell({ ...viewOf(stored), cardId: stored.cardId, startedAt });
      }
      return EXIT.done;
    },
  },
  keys: {
    usage: 'keys',
    does: 'lists the keys that secrets are sealed with, and whether each is still needed',
    readsInput: false,
    async run(desk, _, io) {
      for (const use of await keyUses(desk.database, desk.ring())) io.tell(use);
      return EXIT.done;
    },
  },
  'rotate-keys': {
    usage: 'rotate-keys',
    does: 'seals every secret anew with the first key of the ring',
    readsInput: false,
    async run(desk, _, io) {
      const { secrets, unopened } = await rotateKeys(desk.database, desk.ring(), desk.now);
      for (const each of unopened) io.tell({ ok: false, why: 'does not open where it is', ...each });
      io.tell({ ok: unopened.length === 0, key: desk.ring().active, secrets, unopened: unopened.length });
      return unopened.length === 0 ? EXIT.done : EXIT.failed;
    },
  },
  'export-audit': {
    usage: 'export-audit [--head HASH]',
    does: 'writes the audit chain; fails where it is broken, or does not hold a hash that was kept',
    readsInput: false,
    run: (desk, options, io) => chain(desk, options, io, true),
  },
  'verify-audit': {
    usage: 'verify-audit [--head HASH]',
    does: 'the same without writing it',
    readsInput: false,
    run: (desk, options, io) => chain(desk, options, io, false),
  },
};

async function chain(desk: Desk, { head }: Options, io: CommandIo, tells: boolean): Promise<Exit> {
  const verdict = await readAudit(
    desk.database,
    ({ seq, body, hash }) => {
      if (tells) io.tell({ seq, ...Object(JSON.parse(body)), hash });
    },
    head?.toLowerCase() ?? null,
  );
  if (!tells || !verdict.whole) io.tell(verdict);
  return verdict.whole ? EXIT.done : EXIT.chainBroken;
}
