import { enrolCard, savePerson } from '../../services/card-desk/src/administration.ts';
import type { Desk } from '../../services/card-desk/src/desk.ts';
import { Metrics } from '../../services/card-desk/src/metrics.ts';
import { findCard } from '../../services/card-desk/src/store/cards.ts';
import type { Database, Sql } from '../../services/card-desk/src/store/database.ts';
import { addressesOf, describePeople, searchPeople } from '../../services/card-desk/src/store/people.ts';
import { openPostgres } from '../../services/card-desk/src/store/postgres.ts';
import { CardAtDesk } from '../rig/card-at-desk.ts';
import { RA, testSettings } from '../rig/card-desk.ts';
import { SmtpServer } from '../rig/smtp-server.ts';
import type { BenchRun } from './bench-run.ts';
import { monotonicMs } from './clock.ts';
import { askDesk } from './desk-caller.ts';
import { cardIdOf, emailOf, nameOf, writeRecords } from './desk-records.ts';
import { DeskStage } from './desk-stage.ts';
import { rounded, roundedSpread, SPREAD_HEADS, spreadRow } from './report.ts';
import { SeededRandom, type Spread, spreadOf } from './statistics.ts';

const LIMIT_MS = 10;
const FEW = 1_000;
const BATCH = 10_000;
const WARM_UP = 50;
/** Others work on the machine too, in bursts: all look-ups are judged, and the quietest round is told beside them. */
const ROUNDS = 10;

/** `lookUps`: of each kind in each round. */
type Settings = { readonly cards: number; readonly lookUps: number };
type LookUp = {
  readonly name: string;
  /** In SQL, where nothing but the number of cards makes it slow. Over HTTP it waits for counting and a disk as well: that is told. */
  readonly isJudged: boolean;
  readonly once: (number: number) => Promise<unknown>;
};
type Measured = ReadonlyMap<string, { readonly spread: Spread; readonly quietestP99: number }>;

/**
 * A card by its id, as the start of an unlock looks it up, and a person by card and by the beginning of the name, as an RA does:
 * with few cards and with all of them. In SQL by the desk's own functions, and over HTTP by a desk as it is run, whose answers
 * wait for a disk where they have written something.
 */
export async function measureLookUps<S extends Record<string, number> & Settings>(run: BenchRun<S>): Promise<void> {
  const { cards, lookUps } = run.settings;
  const smtp = await SmtpServer.start(['--no-tls']);
  run.undo(() => smtp.end());
  const ra = await CardAtDesk.issue();
  const stage = await DeskStage.open(run, { on: 'PostgreSQL', instances: 1 }, smtp.port, async (filled, ring) => {
    const metrics = new Metrics();
    const settings = testSettings();
    const desk: Desk = {
      database: filled,
      ring: () => ring,
      settings,
      now: () => new Date(),
      metrics,
      wake: () => undefined,
    };
    await savePerson(desk, RA);
    await enrolCard(desk, ra.enrolment(RA.userId));
    await filled.transaction((sql) => writeRecords(sql, ring, { from: 0, count: FEW, ownCodes: false }));
  });
  const { ring, databaseUrl } = stage;
  const address = stage.desks[0]?.address ?? '';
  const database = openPostgres(databaseUrl ?? '', { connections: 3 });
  run.undo(() => database.close());
  const token = await ra.signIn({ does: (operation, ask, shown) => askDesk(address, operation, ask, shown) });

  const inSql = (work: (sql: Sql) => Promise<unknown>) => database.transaction(work);
  const search = (find: string) => askDesk(address, 'findPeople', { query: { find } }, token);
  const kinds: readonly LookUp[] = [
    {
      name: 'SQL: card by id, with its owner’s addresses',
      isJudged: true,
      once: (number) =>
        inSql(async (sql) => {
          const card = await findCard(sql, cardIdOf(number));
          const [found] = await addressesOf(sql, ring, card?.person_id ?? '');
          if (found?.value !== emailOf(number)) throw new Error('another card was found');
        }),
    },
    {
      name: 'SQL: people by the first letters of the name',
      isJudged: true,
      once: (number) =>
        inSql(async (sql) => {
          const people = await describePeople(sql, ring, await searchPeople(sql, beginning(number)));
          if (people.length !== 20) throw new Error(`${people.length} people were found`);
        }),
    },
    {
      name: 'HTTP: search by card id',
      isJudged: false,
      async once(number) {
        const { people } = await search(cardIdOf(number));
        if (people[0]?.name !== nameOf(number)) throw new Error('another person was found');
      },
    },
    { name: 'HTTP: search by the first letters', isJudged: false, once: (number) => search(beginning(number)) },
    {
      name: 'HTTP: start of an unlock (code drawn, message sealed)',
      isJudged: false,
      once: (number) =>
        askDesk(address, 'startUnlock', { body: { cardId: cardIdOf(number), address: emailOf(number) } }),
    },
  ];
  const few = await measureAll(run, kinds, FEW, lookUps);
  const from = monotonicMs();
  await fillUp(database, ring, cards);
  run.report.say(`\n${cards} people and cards were written in ${((monotonicMs() - from) / 1000).toFixed(0)} s.`);
  const many = await measureAll(run, kinds, cards, lookUps);
  for (const { name } of kinds.filter(({ isJudged }) => isJudged)) {
    const all = many.get(name)?.spread.p99 ?? Number.NaN;
    run.report.limit(`${name}, p99 of all`, all, 'at most', LIMIT_MS, 'ms');
  }
  const growth = kinds.map(({ name }) => {
    const [before, after] = [few.get(name)?.quietestP99 ?? Number.NaN, many.get(name)?.quietestP99 ?? Number.NaN];
    return [name, after - before] as const;
  });
  run.report.figure(
    `p99 of the quietest round, longer than with ${FEW} cards`,
    Object.fromEntries(growth.map(([name, longer]) => [name, rounded(longer)])),
  );
  run.report.table(
    `With ${cards} cards longer than with ${FEW}, milliseconds`,
    ['', 'p99 of the quietest round'],
    growth,
  );
}

/** Two to five letters. */
const beginning = (number: number) => nameOf(number).slice(0, 2 + (number % 4));

async function measureAll<S extends Record<string, number>>(
  run: BenchRun<S>,
  kinds: readonly LookUp[],
  cards: number,
  lookUps: number,
): Promise<Measured> {
  const random = new SeededRandom(cards);
  const times = new Map(kinds.map(({ name }) => [name, Array.from({ length: ROUNDS }, (): number[] => [])]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of kinds) {
      const { name } = kind;
      for (let i = round === 0 ? -WARM_UP : 0; i < lookUps; i++) {
        const number = Math.floor(random.next() * cards);
        const from = monotonicMs();
        await kind.once(number);
        if (i >= 0) times.get(name)?.[round]?.push(monotonicMs() - from);
      }
    }
  }
  const measured = new Map(
    [...times].map(([name, rounds]) => {
      const spread = spreadOf(rounds.flat());
      const quietestP99 = Math.min(...rounds.map((round) => spreadOf(round).p99));
      run.report.figure(`${cards} cards, ${name}`, { ...roundedSpread(spread), quietestP99 });
      return [name, { spread, quietestP99 }];
    }),
  );
  run.report.table(
    `Look-ups with ${cards} cards, milliseconds`,
    ['', ...SPREAD_HEADS, 'p99 of the quietest round'],
    [...measured].map(([name, { spread, quietestP99 }]) => [name, ...spreadRow(spread), quietestP99]),
  );
  return measured;
}

/** Two at a time: one batch is sealed while the database writes another. */
async function fillUp(database: Database, ring: DeskStage['ring'], cards: number): Promise<void> {
  let next = FEW;
  const work = async () => {
    for (let from = next; from < cards; from = next) {
      next += BATCH;
      const count = Math.min(BATCH, cards - from);
      await database.transaction(async (sql) => {
        // No foreign key is looked up for what is whole by its making, and no batch waits for the disk.
        await sql.script('set local session_replication_role = replica; set local synchronous_commit = off');
        await writeRecords(sql, ring, { from, count, ownCodes: false });
      });
    }
  };
  await Promise.all([work(), work()]);
  // As the server does by itself within a minute.
  await database.transaction((sql) => sql.script('analyze'));
}
