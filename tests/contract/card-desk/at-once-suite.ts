import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { leave, savePerson, setCardState, setOwner } from '../../../services/card-desk/src/administration.ts';
import { CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, type DeskUnderTest, PERSON } from '../../rig/card-desk.ts';
import { stage } from './stage.ts';

/**
 * What two do to the same person at once, where transactions really go on side by side: on PostgreSQL only. The first is held up
 * at its last step, the entry in the audit chain, until the second waits as well.
 */
export function atOnceSuite(under: DatabaseUnderTest): void {
  describe(`at once on ${under.name}`, () => {
    const { openDesk } = stage(under);

    async function untilWaiting(desk: DeskUnderTest, count: number): Promise<void> {
      const waiting =
        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
      await expect
        .poll(
          async () =>
            await desk.desk.database.transaction(async (sql) => (await sql.rows(v.unknown(), waiting)).length),
        )
        .toBe(count);
    }

    async function sideBySide<First, Second>(
      desk: DeskUnderTest,
      first: () => Promise<First>,
      second: () => Promise<Second>,
    ): Promise<[PromiseSettledResult<First>, PromiseSettledResult<Second>]> {
      const held = Promise.withResolvers<void>();
      const free = Promise.withResolvers<void>();
      const holding = desk.desk.database.transaction(async (sql) => {
        await sql.run('select 1 from audit_head for update');
        held.resolve();
        await free.promise;
      });
      await held.promise;
      const one = first();
      await untilWaiting(desk, 1);
      const two = second();
      const both = Promise.allSettled([one, two]);
      await untilWaiting(desk, 2);
      free.resolve();
      await holding;
      return await both;
    }

    async function withdrawnCard() {
      const desk = await openDesk();
      await desk.enrolPerson();
      const card = await CardAtDesk.issue();
      await desk.enrolCard(card.enrolment(PERSON.userId));
      await setCardState(desk.desk, card.cardId, 'withdrawn');
      return { desk, card };
    }
    const gone = { userId: PERSON.userId };

    test('nobody is given a card, and none is made active again, while its owner leaves', async () => {
      const { desk, card } = await withdrawnCard();
      const other = await CardAtDesk.issue();
      await desk.enrolCard(other.enrolment(null));
      const [left, given] = await sideBySide(
        desk,
        () => leave(desk.desk, gone),
        () => setOwner(desk.desk, other.cardId, PERSON.userId),
      );
      expect(left.status).toBe('fulfilled');
      expect(given).toMatchObject({ status: 'rejected', reason: { message: 'that person has left' } });
      await savePerson(desk.desk, { ...PERSON, back: true });
      const [again, active] = await sideBySide(
        desk,
        () => leave(desk.desk, gone),
        () => setCardState(desk.desk, card.cardId, 'active'),
      );
      expect(again.status).toBe('fulfilled');
      expect(active).toMatchObject({ status: 'rejected' });
    });

    test('nobody leaves whose card is made active at the same time', async () => {
      const { desk, card } = await withdrawnCard();
      const [active, left] = await sideBySide(
        desk,
        () => setCardState(desk.desk, card.cardId, 'active'),
        () => leave(desk.desk, gone),
      );
      expect(active.status).toBe('fulfilled');
      expect(left).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining(card.cardId) } });
    });

    test('a person who is made twice at once is one, and both are told the same', async () => {
      const desk = await openDesk();
      const [one, two] = await sideBySide(
        desk,
        () => savePerson(desk.desk, PERSON),
        () => savePerson(desk.desk, PERSON),
      );
      expect(one).toMatchObject({ status: 'fulfilled' });
      expect(two).toEqual(one);
    });
  });
}
