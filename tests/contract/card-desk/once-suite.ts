import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { newKeyLine, parseKeyRing } from '../../../services/card-desk/src/secrets/key-ring.ts';
import { keyUses } from '../../../services/card-desk/src/store/key-checks.ts';
import { rotateKeys } from '../../../services/card-desk/src/store/key-rotation.ts';
import { sweep } from '../../../services/card-desk/src/sweeper.ts';
import { DESK_OPERATION_NAMES, takesKey } from '../../../src/core/contract/card-desk/operations.ts';
import { CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, type DeskUnderTest, PERSON, RA, someCardId } from '../../rig/card-desk.ts';
import { checkIdentity, stage } from './stage.ts';

const ROW = v.object({ row: v.string() });
const newKey = () => randomBytes(32).toString('base64url');

/** What is asked again because its answer was lost is done once. */
export function onceSuite(under: DatabaseUnderTest): void {
  describe(`with an idempotency key on ${under.name}`, () => {
    const { blockedCard, signedInRa } = stage(under);

    const count = async (desk: DeskUnderTest, event: string) =>
      (await desk.audit()).filter((entry) => entry.event === event).length;
    const asked = (cardId: string, address: string = PERSON.email) => ({ body: { cardId, address } });

    test('a start is one journey and one message, and its ticket is good', async () => {
      const { desk, card } = await blockedCard();
      const key = newKey();
      const first = await desk.does('startUnlock', asked(card.cardId), null, key);
      const again = await desk.does('startUnlock', asked(card.cardId), null, key);
      expect(again).toEqual(first);
      const { code } = await desk.email.message(0, 'unlock-code');
      const at = { parameters: { unlock: again.unlock.id } };
      await desk.does('checkCode', { ...at, body: { code: code ?? '' } }, again.token);
      expect(await card.unlock(desk, again, '135792')).toMatchObject({ phase: 'unlocked' });
      expect(await count(desk, 'unlock-started')).toBe(1);
      expect(desk.email.sent.filter(({ purpose }) => purpose === 'unlock-code')).toHaveLength(1);
    });

    test('ten at once are one', async () => {
      const { desk, card } = await blockedCard();
      const key = newKey();
      const tickets = await Promise.all(
        Array.from({ length: 10 }, () => desk.does('startUnlock', asked(card.cardId), null, key)),
      );
      expect(new Set(tickets.map(({ token }) => token)).size).toBe(1);
      expect(await count(desk, 'unlock-started')).toBe(1);
    });

    test('repetitions use up no limit', async () => {
      const { desk, card } = await blockedCard({
        settings: { limits: { startsOfSource: { count: 1, seconds: 900 } } },
      });
      const key = newKey();
      const first = await desk.does('startUnlock', asked(card.cardId), null, key);
      expect(await desk.does('startUnlock', asked(card.cardId), null, key)).toEqual(first);
      expect((await desk.refuses('startUnlock', asked(card.cardId), null, newKey())).code).toBe('Desk_TooMany');
      expect((await desk.refuses('startUnlock', asked(card.cardId))).code).toBe('Desk_TooMany');
    });

    test('another key, no key, or the same after its time is another start', async () => {
      const { desk, card } = await blockedCard();
      const key = newKey();
      const starts = [
        await desk.does('startUnlock', asked(card.cardId), null, key),
        await desk.does('startUnlock', asked(card.cardId), null, newKey()),
        await desk.does('startUnlock', asked(card.cardId)),
      ];
      desk.pass(15 * 60_000);
      starts.push(await desk.does('startUnlock', asked(card.cardId), null, key));
      expect(new Set(starts.map(({ token }) => token)).size).toBe(4);
    });

    test('a key stands for one request, of one operation, of one RA', async () => {
      const { desk, card } = await blockedCard();
      const key = newKey();
      const started = await desk.does('startUnlock', asked(card.cardId), null, key);
      expect((await desk.refuses('startUnlock', asked(someCardId()), null, key)).code).toBe('Desk_BadRequest');
      expect((await desk.refuses('startUnlock', asked(card.cardId, RA.email), null, key)).code).toBe('Desk_BadRequest');
      const joined = await desk.does('joinUnlock', { body: { cardId: card.cardId } }, null, key);
      expect(joined.token).not.toBe(started.token);

      const ben = await signedInRa(desk);
      await desk.enrolPerson({ userId: '555000000033', name: 'Cora Vance', role: 'ra' });
      const cora = await CardAtDesk.issue();
      await desk.enrolCard(cora.enrolment('555000000033'));
      const { people } = await desk.does('findPeople', { query: { find: PERSON.userId } }, ben.token);
      const check = { body: { person: people[0]?.id ?? '', evidence: 'photo-id' } } as const;
      const his = await desk.does('checkIdentity', check, ben.token, key);
      const hers = await desk.does('checkIdentity', check, await cora.signIn(desk), key);
      expect(hers.id).not.toBe(his.id);
    });

    test('a key that is none is refused', async () => {
      const { desk, card } = await blockedCard();
      for (const key of ['short', `${newKey()}x`, `${newKey().slice(1)}"`]) {
        expect((await desk.refuses('startUnlock', asked(card.cardId), null, key)).code, key).toBe('Desk_BadRequest');
      }
      expect(await count(desk, 'unlock-started')).toBe(0);
    });

    test('what an RA does for a person is done once', async () => {
      const { desk, card } = await blockedCard();
      const { token } = await signedInRa(desk);
      const { people } = await desk.does('findPeople', { query: { find: PERSON.userId } }, token);
      const twice = async <T>(act: (key: string) => Promise<T>): Promise<T> => {
        const key = newKey();
        const first = await act(key);
        expect(await act(key)).toEqual(first);
        return first;
      };
      const check = await twice((key) =>
        desk.does('checkIdentity', { body: { person: people[0]?.id ?? '', evidence: 'photo-id' } }, token, key),
      );
      const identityCheck = check.id;
      await twice((key) => desk.does('authorise', { body: { identityCheck, cardId: card.cardId } }, token, key));
      const address = '07700 900999';
      await twice((key) => desk.does('addAddress', { body: { identityCheck, address } }, token, key));
      await desk.mobile.message(0, 'address-code');
      expect(await count(desk, 'identity-checked')).toBe(1);
      expect(await count(desk, 'unlock-authorised')).toBe(1);
      expect(await count(desk, 'address-code-sent')).toBe(1);
      // One authorisation is one unlock.
      const first = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect(await card.unlock(desk, first, '135792')).toMatchObject({ phase: 'unlocked' });
      await card.block();
      const second = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect((await card.prove(desk, second)).result).toMatchObject({ problem: { code: 'Desk_NotAuthorised' } });
      expect(DESK_OPERATION_NAMES.filter(takesKey)).toEqual([
        'startUnlock',
        'joinUnlock',
        'checkIdentity',
        'authorise',
        'addAddress',
      ]);
    });

    test('a refusal is not kept: what is asked again is judged again', async () => {
      const { desk, card } = await blockedCard();
      const { token } = await signedInRa(desk);
      const { identityCheck } = await checkIdentity(desk, token);
      const authorise = { body: { identityCheck, cardId: card.cardId } };
      const key = newKey();
      const state = (to: string) =>
        desk.desk.database.transaction((sql) =>
          sql.run('update cards set state = $2 where id = $1', [card.cardId, to]),
        );
      await state('lost');
      expect((await desk.refuses('authorise', authorise, token, key)).code).toBe('Desk_NotAllowed');
      await state('active');
      await desk.does('authorise', authorise, token, key);
    });

    test('what is kept is sealed, is rotated with the keys, and goes with its time', async () => {
      const old = newKeyLine('old');
      const both = `${newKeyLine('new')}\n${old}`;
      const { desk, card } = await blockedCard({ keys: old });
      const key = newKey();
      const first = await desk.does('joinUnlock', { body: { cardId: card.cardId } }, null, key);
      const { rows } = await desk.desk.database.transaction(async (sql) => ({
        rows: JSON.stringify(await sql.rows(ROW, 'select answered::text as row from answered')),
      }));
      for (const secret of [first.token, Buffer.from(first.token).toString('hex'), key])
        expect(rows).not.toContain(secret);

      await desk.service.reload(parseKeyRing(both));
      await rotateKeys(desk.desk.database, desk.desk.ring(), desk.desk.now);
      expect((await keyUses(desk.desk.database, desk.desk.ring())).find(({ id }) => id === 'old')?.uses).toBe(0);
      await desk.service.reload(parseKeyRing(both.split('\n')[0] ?? ''));
      expect(await desk.does('joinUnlock', { body: { cardId: card.cardId } }, null, key)).toEqual(first);

      desk.pass(15 * 60_000);
      await sweep(desk.desk);
      const left = await desk.desk.database.transaction((sql) => sql.rows(ROW, 'select id as row from answered'));
      expect(left).toEqual([]);
    });
  });
}
