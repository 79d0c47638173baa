import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { sweep } from '../../../services/card-desk/src/sweeper.ts';
import { CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, type DeskUnderTest, PERSON } from '../../rig/card-desk.ts';
import { checkIdentity, stage, start, startAndType } from './stage.ts';

const DAY_MS = 24 * 60 * 60_000;
const NEW_PIN = '135792';

/** What the desk keeps for as long as the organisation wants, and no longer. */
export function forgettingSuite(under: DatabaseUnderTest): void {
  describe(`forgetting on ${under.name}`, () => {
    const { blockedCard, signedInRa } = stage(under);

    async function rows(desk: DeskUnderTest) {
      const counts: Record<string, number> = {};
      for (const table of ['journeys', 'authorisations', 'identity_checks', 'messages', 'address_proofs', 'answered']) {
        const found = await desk.desk.database.transaction((sql) => sql.rows(v.unknown(), `select 1 from ${table}`));
        counts[table] = found.length;
      }
      return counts;
    }
    const forgotten = async (desk: DeskUnderTest) =>
      (await desk.audit())
        .filter(({ event }) => event === 'records-forgotten')
        .map((entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => typeof value === 'number')));
    const NOTHING = { journeys: 0, authorisations: 0, identity_checks: 0, messages: 0, address_proofs: 0, answered: 0 };

    test('journeys, what an RA did for them, and messages: after 400 days, and the audit chain stays whole', async () => {
      const { desk, card } = await blockedCard();
      const { token } = await signedInRa(desk);
      const { identityCheck } = await checkIdentity(desk, token);
      const authorise = () => desk.does('authorise', { body: { identityCheck, cardId: card.cardId } }, token);
      await authorise();
      const joined = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect(await card.unlock(desk, joined, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
      await authorise();
      await desk.does('addAddress', { body: { identityCheck, address: 'new@ward.example' } }, token);
      await card.block();
      await card.unlock(desk, await startAndType(desk, card.cardId), NEW_PIN);
      await start(desk, card.cardId);
      await expect
        .poll(async () => (await desk.audit()).filter(({ event }) => event === 'message-sent'))
        .toHaveLength(7);
      // One that nobody could send: its key was taken away.
      await desk.desk.database.transaction(async (sql) => {
        await sql.run("insert into keys (id, check_value, first_used_at) values ('gone', '\\x00', now())");
        await sql.run(
          "update messages set key_id = 'gone', sealed = '\\x00', state = 'waiting' where purpose = 'unlocking'",
        );
      });

      desk.pass(DAY_MS);
      await sweep(desk.desk);
      const kept = await rows(desk);
      expect(kept).toMatchObject({ journeys: 3, authorisations: 2, identity_checks: 1 });
      desk.pass(398 * DAY_MS);
      await sweep(desk.desk);
      expect(await rows(desk)).toMatchObject({ journeys: 3, authorisations: 2, identity_checks: 1, messages: 4 });
      expect(await forgotten(desk)).toEqual([]);

      desk.pass(3 * DAY_MS);
      await sweep(desk.desk);
      expect(await rows(desk)).toEqual(NOTHING);
      expect(await forgotten(desk)).toEqual([
        { journeys: 3, authorisations: 2, checks: 1, cards: 0, people: 0, messages: 4 },
      ]);
      await sweep(desk.desk);
      expect(await forgotten(desk)).toHaveLength(1);
      await card.block();
      expect(await card.unlock(desk, await startAndType(desk, card.cardId), NEW_PIN)).toMatchObject({
        phase: 'unlocked',
      });
    });

    test('not a journey whose release nobody has told of, while it is the latest of its card', async () => {
      const { desk, card } = await blockedCard({ settings: { keptDays: 30 } });
      const silent = await startAndType(desk, card.cardId);
      expect((await card.prove(desk, silent)).result.ok).toBe(true);
      const other = await CardAtDesk.issue();
      await desk.enrolCard(other.enrolment(PERSON.userId));
      await start(desk, other.cardId);
      desk.pass(DAY_MS);
      await sweep(desk.desk);
      desk.pass(31 * DAY_MS);
      await sweep(desk.desk);
      const journeys = async () =>
        await desk.desk.database.transaction((sql) =>
          sql.rows(v.object({ id: v.string() }), 'select id from journeys order by started_at'),
        );
      expect(await journeys()).toEqual([{ id: silent.unlock.id }]);

      const told = await startAndType(desk, card.cardId);
      expect(await card.unlock(desk, told, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
      await sweep(desk.desk);
      expect(await journeys()).toEqual([{ id: told.unlock.id }]);
    });

    test('a great many at once, in small parts', async () => {
      const { desk, card } = await blockedCard({ settings: { keptDays: 7 } });
      await start(desk, card.cardId);
      const copied = `kind, card_id, token_hash, language, phase, failure, code_key_id, code_hash, code_tries_left,
         challenges_left, proofs_left, releases_left, started_at, expires_at, ended_at`;
      await desk.desk.database.transaction((sql) =>
        sql.run(`insert into journeys (id, ${copied})
                 select gen_random_uuid(), ${copied} from journeys, generate_series(1, 449)`),
      );
      desk.pass(DAY_MS);
      expect(await sweep(desk.desk)).toBe(450);
      desk.pass(8 * DAY_MS);
      await sweep(desk.desk);
      expect(await rows(desk)).toMatchObject({ journeys: 0 });
      expect((await forgotten(desk)).map(({ journeys }) => journeys)).toEqual([200, 200, 50]);
    });
  });
}
