import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { DeliveryError } from '../../../services/card-desk/src/messages/message.ts';
import { newKeyLine, parseKeyRing } from '../../../services/card-desk/src/secrets/key-ring.ts';
import type { Database } from '../../../services/card-desk/src/store/database.ts';
import { checkKeys, keyUses } from '../../../services/card-desk/src/store/key-checks.ts';
import { rotateKeys } from '../../../services/card-desk/src/store/key-rotation.ts';
import { ask, CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, type DeskUnderTest, PERSON, someCardId } from '../../rig/card-desk.ts';
import { stage, start, type Ticket } from './stage.ts';

const NEW_PIN = '135792';
const OFTEN = { count: 1000 };
const LIMITS = { codesOfCard: OFTEN, codesOfCardADay: OFTEN, messagesToAddress: OFTEN };

/** Several desks on one database, whose keys are not always the same. */
export function instancesSuite(under: DatabaseUnderTest): void {
  describe(`instances on ${under.name}`, () => {
    const { blockedCard, database, openDesk } = stage(under);
    const ring = (...lines: readonly string[]) => parseKeyRing(lines.join('\n'));

    /** Two desks that send by the same carriers, and a card that both know. */
    async function two(keys: string) {
      const open = await database();
      const first = await openDesk({ keys, settings: { limits: LIMITS } }, open);
      const carriers = { email: first.email, mobile: first.mobile };
      const second = await openDesk({ keys, settings: { limits: LIMITS }, clock: first.clock, carriers }, open);
      await first.enrolPerson();
      const card = await CardAtDesk.issue();
      await first.enrolCard(card.enrolment(PERSON.userId));

      const begin = async (at: DeskUnderTest) => {
        await card.block();
        const sent = first.email.sent.filter(({ purpose }) => purpose === 'unlock-code').length;
        const ticket = await start(at, card.cardId);
        return { ticket, code: (await first.email.message(sent, 'unlock-code')).code ?? '' };
      };
      const end = async (at: DeskUnderTest, { ticket, code }: { ticket: Ticket; code: string }) => {
        await at.does('checkCode', ask(ticket, { code }), ticket.token);
        expect(await card.unlock(at, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
      };
      return { first, second, begin, end };
    }

    test('keys are rotated in two steps while journeys go on, begun at one and ended at the other', async () => {
      const old = newKeyLine('old');
      const fresh = newKeyLine('new');
      const { first, second, begin, end } = await two(old);

      const pass = async (...keys: readonly string[]) => {
        for (const [told, other] of [
          [first, second],
          [second, first],
        ] as const) {
          const underWay = await begin(other);
          await told.service.reload(ring(...keys));
          await end(told, underWay);
          await end(other, await begin(told));
          await end(told, await begin(other));
        }
      };
      const usesOf = async (id: string) =>
        (await keyUses(first.desk.database, first.desk.ring())).find((each) => each.id === id);

      await pass(old, fresh);
      expect(await usesOf('new')).toEqual({ id: 'new', inRing: true, active: false, uses: 0 });
      await pass(fresh, old);
      expect(await usesOf('old')).toMatchObject({ inRing: true, active: false });

      const underWay = await begin(second);
      expect((await rotateKeys(first.desk.database, first.desk.ring(), first.desk.now)).secrets).toBeGreaterThan(0);
      await end(first, underWay);
      expect(await usesOf('old')).toMatchObject({ uses: 0 });
      await pass(fresh);
      await first.audit();
      for (const { log } of [first, second]) expect(log.filter(({ level }) => level === 'error')).toEqual([]);
    });

    test('two that were given different keys under one id are told so before either seals with it', async () => {
      const old = newKeyLine('old');
      const { first, second } = await two(old);
      await first.service.reload(ring(old, newKeyLine('new')));
      await expect(second.service.reload(ring(old, newKeyLine('new')))).rejects.toThrow('knows by that id');
      await second.service.reload(ring(old, newKeyLine('newer')));
    });

    test('an instance that has not been given the new key says that it cannot now, and does once it has', async () => {
      const old = newKeyLine('old');
      const fresh = newKeyLine('new');
      const { first, second, begin, end } = await two(old);
      await first.service.reload(ring(fresh, old));
      const underWay = await begin(first);
      const { ticket, code } = underWay;
      const problem = await second.refuses('checkCode', ask(ticket, { code }), ticket.token);
      expect(problem.code).toBe('Desk_Unavailable');
      expect(second.log).toContainEqual(expect.objectContaining({ event: 'key-not-here' }));
      await second.service.reload(ring(fresh, old));
      await end(second, underWay);
      await expect(checkKeys(first.desk.database, ring(old), new Date())).rejects.toThrow('new is still in use');
    });

    const stateOf = async (on: Database) =>
      await on.transaction((sql) =>
        sql.rows(
          v.object({ id: v.string(), state: v.string(), tries: v.number() }),
          'select id, state, tries from messages',
        ),
      );

    test('a message that was sealed by a key which an instance has not is left to one that has it', async () => {
      const open = await database();
      const old = newKeyLine('old');
      const without = await openDesk({ keys: old }, open);
      const withNew = await openDesk({ keys: `${newKeyLine('new')}\n${old}`, clock: without.clock }, open);
      withNew.email.failing = new DeliveryError('ECONNREFUSED', false);
      await without.enrolPerson();
      const card = await CardAtDesk.issue();
      await without.enrolCard(card.enrolment(PERSON.userId));
      await start(withNew, card.cardId);
      const postponed = { channel: 'email', outcome: 'postponed' };
      await expect.poll(() => withNew.desk.metrics.value('card_desk_messages_total', postponed)).toBe(1);

      without.pass(2000);
      // Its own messages are sent all the same, and the other one is not touched.
      await start(without, card.cardId);
      await without.email.message(0);
      expect(without.email.sent).toHaveLength(1);
      expect(await stateOf(without.desk.database)).toContainEqual(
        expect.objectContaining({ state: 'waiting', tries: 1 }),
      );
      withNew.email.failing = null;
      withNew.desk.wake();
      await withNew.email.message(0);
      expect(without.log.filter(({ event }) => event === 'outbox')).toEqual([]);
    });

    test('a message that was tampered with is given up and recorded, and keeps no other back', async () => {
      const { desk, card } = await blockedCard({ settings: { limits: LIMITS } });
      desk.email.failing = new DeliveryError('ECONNREFUSED', false);
      for (let i = 0; i < 3; i++) await start(desk, card.cardId);
      const count = (labels: Record<string, string>) => desk.desk.metrics.value('card_desk_messages_total', labels);
      await expect.poll(() => count({ channel: 'email', outcome: 'postponed' })).toBe(3);
      const [tampered, swapped] = await stateOf(desk.desk.database);
      await desk.desk.database.transaction(async (sql) => {
        const sealed = 'select sealed from messages where id <> $1 and id <> $2';
        await sql.run(`update messages set sealed = (${sealed}) where id = $2`, [
          tampered?.id ?? '',
          swapped?.id ?? '',
        ]);
        await sql.run("update messages set sealed = '\\x00' where id = $1", [tampered?.id ?? '']);
      });

      desk.email.failing = null;
      desk.pass(5000);
      desk.desk.wake();
      await desk.email.message(0);
      await expect.poll(() => count({ channel: 'unknown', outcome: 'given-up' })).toBe(2);
      const entries = async () => (await desk.audit()).filter(({ event }) => event.startsWith('message-'));
      await expect.poll(async () => (await entries()).length).toBe(3);
      const told = { event: 'message-given-up', purpose: 'unlock-code', why: 'does not open' };
      const given = (await entries()).filter(({ event }) => event === 'message-given-up');
      expect(given).toHaveLength(2);
      for (const broken of [tampered, swapped]) {
        expect(given).toContainEqual({ at: expect.any(String), ...told, message: broken?.id });
      }
      expect(desk.email.sent).toHaveLength(1);
      expect(desk.log).toContainEqual(expect.objectContaining({ event: 'message', code: 'does not open' }));
      await start(desk, someCardId());
    });
  });
}
