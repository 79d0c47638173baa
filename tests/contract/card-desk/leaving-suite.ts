import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { leave, replaceCertificates, setCardState, setOwner } from '../../../services/card-desk/src/administration.ts';
import { sweep } from '../../../services/card-desk/src/sweeper.ts';
import { CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, type DeskUnderTest, PERSON, RA } from '../../rig/card-desk.ts';
import { authorise, checkIdentity, stage, start, startAndType } from './stage.ts';

const DAY_MS = 24 * 60 * 60_000;

/** People who have left: out of the desk's way at once, out of the desk once nothing is kept that they did. */
export function leavingSuite(under: DatabaseUnderTest): void {
  describe(`leaving on ${under.name}`, () => {
    const { blockedCard, signedInRa } = stage(under);

    const count = (desk: DeskUnderTest, table: string) =>
      desk.desk.database.transaction(async (sql) => (await sql.rows(v.unknown(), `select 1 from ${table}`)).length);
    const counts = async (desk: DeskUnderTest) => ({
      people: await count(desk, 'people'),
      addresses: await count(desk, 'addresses'),
      cards: await count(desk, 'cards'),
      secrets: await count(desk, 'card_secrets'),
      certificates: await count(desk, 'certificates'),
    });

    test('not while a card of theirs is in use; then they are found by nobody, and no code goes to them', async () => {
      const { desk, card } = await blockedCard();
      const { token } = await signedInRa(desk);
      const gone = { userId: PERSON.userId };
      await expect(leave(desk.desk, { userId: 'nobody' })).rejects.toThrow('no person with that user id');
      await expect(leave(desk.desk, gone)).rejects.toThrow(
        `withdrawn first, or given to somebody else: ${card.cardId}`,
      );
      await setCardState(desk.desk, card.cardId, 'lost');
      await expect(leave(desk.desk, gone)).rejects.toThrow('withdrawn first');

      await setCardState(desk.desk, card.cardId, 'withdrawn');
      const { person } = await leave(desk.desk, gone);
      await expect(leave(desk.desk, gone)).rejects.toThrow('has left already');
      for (const find of [PERSON.userId, PERSON.name, card.cardId]) {
        expect(await desk.does('findPeople', { query: { find } }, token)).toEqual({ people: [] });
      }
      const body = { person, evidence: 'photo-id' as const };
      expect(await desk.refuses('checkIdentity', { body }, token)).toMatchObject({ code: 'Desk_NotFound' });
      await start(desk, card.cardId);
      expect(desk.email.sent).toEqual([]);

      await expect(setCardState(desk.desk, card.cardId, 'active')).rejects.toThrow('its owner has left');
      await setOwner(desk.desk, card.cardId, null);
      await setCardState(desk.desk, card.cardId, 'active');
      await expect(setOwner(desk.desk, card.cardId, PERSON.userId)).rejects.toThrow('that person has left');
      expect((await desk.audit()).filter(({ event }) => event === 'person-left')).toMatchObject([{ person }]);
    });

    test('an address that was being proven is not put back onto the profile of somebody who has left', async () => {
      const { desk, card } = await blockedCard();
      const { token } = await signedInRa(desk);
      const { identityCheck } = await checkIdentity(desk, token);
      const asked = await desk.does('addAddress', { body: { identityCheck, address: 'new@ward.example' } }, token);
      const { code } = await desk.email.message(0, 'address-code');
      await setCardState(desk.desk, card.cardId, 'withdrawn');
      await leave(desk.desk, { userId: PERSON.userId });
      const late = { parameters: { proof: asked.id }, body: { code: code ?? '' } };
      expect(await desk.refuses('proveAddress', late, token)).toMatchObject({ code: 'Desk_NotFound' });
      // One that was asked for after they left, with a check from before.
      const after = await desk.does('addAddress', { body: { identityCheck, address: 'new@ward.example' } }, token);
      const other = await desk.email.message(1, 'address-code');
      const later = { parameters: { proof: after.id }, body: { code: other.code ?? '' } };
      expect(await desk.refuses('proveAddress', later, token)).toMatchObject({ code: 'Desk_Over' });
      expect(await count(desk, "addresses join people on people.id = person_id where role = 'user'")).toBe(0);
    });

    test('an RA who leaves is signed out, and what they authorised is good for nothing any more', async () => {
      const { desk, card } = await blockedCard();
      const { token, card: cardOfRa } = await signedInRa(desk);
      await authorise(desk, token, card.cardId);
      await setCardState(desk.desk, cardOfRa.cardId, 'withdrawn');
      await leave(desk.desk, { userId: RA.userId });
      expect(await desk.refuses('findPeople', { query: { find: PERSON.name } }, token)).toMatchObject({
        code: 'Desk_SignIn',
      });
      const joined = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect((await card.prove(desk, joined)).result).toMatchObject({
        ok: false,
        problem: { code: 'Desk_NotAuthorised' },
      });
      // A list that still has them brings nobody back; and who is said to be back is no RA by that.
      await expect(desk.enrolPerson(RA)).rejects.toThrow('has left');
      await desk.enrolPerson({ userId: RA.userId, name: RA.name, back: true });
      expect((await desk.audit()).at(-1)).toMatchObject({
        event: 'person-saved',
        new: false,
        back: true,
        role: 'user',
      });
      await setCardState(desk.desk, cardOfRa.cardId, 'active');
      await expect(cardOfRa.signIn(desk)).rejects.toThrow('Desk_SignIn');
    });

    test('an RA is forgotten though nobody ever tells of a release that they authorised', async () => {
      const { desk, card } = await blockedCard({ settings: { keptDays: 30 } });
      const { token, card: cardOfRa } = await signedInRa(desk);
      await authorise(desk, token, card.cardId);
      const silent = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect((await card.prove(desk, silent)).result.ok).toBe(true);
      await setCardState(desk.desk, cardOfRa.cardId, 'withdrawn');
      await leave(desk.desk, { userId: RA.userId });
      desk.pass(DAY_MS);
      await sweep(desk.desk);
      desk.pass(31 * DAY_MS);
      await sweep(desk.desk);
      expect(await counts(desk)).toMatchObject({ people: 1, cards: 1 });
      // What is known about the codes of the card is still there.
      expect(await count(desk, 'journeys')).toBe(1);
      expect(await card.unlock(desk, await startAndType(desk, card.cardId), '135792')).toMatchObject({
        phase: 'unlocked',
      });
    });

    test('a card that is withdrawn and nobody’s is forgotten too; one that is given away loses its certificates', async () => {
      const { desk, card } = await blockedCard({ settings: { keptDays: 30 } });
      const { card: cardOfRa } = await signedInRa(desk);
      const certificatesOf = (cardId: string) => count(desk, `certificates where card_id = '${cardId}'`);
      const { certificates } = cardOfRa.enrolment(RA.userId);
      const had = await certificatesOf(cardOfRa.cardId);
      await setOwner(desk.desk, cardOfRa.cardId, RA.userId);
      expect(await certificatesOf(cardOfRa.cardId)).toBe(had);
      await setOwner(desk.desk, cardOfRa.cardId, PERSON.userId);
      expect(await certificatesOf(cardOfRa.cardId)).toBe(0);
      await setOwner(desk.desk, cardOfRa.cardId, RA.userId);
      await expect(cardOfRa.signIn(desk)).rejects.toThrow('Desk_SignIn');
      await replaceCertificates(desk.desk, { cardId: cardOfRa.cardId, certificates });
      await replaceCertificates(desk.desk, { cardId: cardOfRa.cardId, certificates });
      expect(await certificatesOf(cardOfRa.cardId)).toBe(had);
      await cardOfRa.signIn(desk);
      const other = { cardId: cardOfRa.cardId, certificates: (await CardAtDesk.issue()).enrolment(null).certificates };
      await expect(replaceCertificates(desk.desk, other)).rejects.toThrow(
        'not the one by which this card proves itself',
      );

      await setOwner(desk.desk, card.cardId, null);
      desk.pass(100 * DAY_MS);
      await sweep(desk.desk);
      await setCardState(desk.desk, card.cardId, 'withdrawn');
      desk.pass(29 * DAY_MS);
      await setCardState(desk.desk, card.cardId, 'withdrawn');
      await sweep(desk.desk);
      expect(await count(desk, 'cards')).toBe(2);
      desk.pass(2 * DAY_MS);
      await sweep(desk.desk);
      expect(await count(desk, 'cards')).toBe(1);
      expect(await count(desk, `card_secrets where card_id = '${card.cardId}'`)).toBe(0);
    });

    test('are forgotten with their cards when all that they did is; not who came back', async () => {
      const { desk, card } = await blockedCard({ settings: { keptDays: 30 } });
      const { token, card: cardOfRa } = await signedInRa(desk);
      const identityCheck = await authorise(desk, token, card.cardId);
      const joined = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect(await card.unlock(desk, joined, '135792')).toMatchObject({ phase: 'unlocked' });
      // A release that nobody will ever tell of, and what it was authorised by.
      await desk.does('authorise', { body: { identityCheck, cardId: card.cardId } }, token);
      const silent = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect((await card.prove(desk, silent)).result.ok).toBe(true);
      const before = await counts(desk);
      expect(before).toMatchObject({ people: 2, cards: 2 });

      await setCardState(desk.desk, card.cardId, 'withdrawn');
      await leave(desk.desk, { userId: PERSON.userId });
      await setCardState(desk.desk, cardOfRa.cardId, 'withdrawn');
      await leave(desk.desk, { userId: RA.userId });
      expect(await counts(desk)).toEqual({ ...before, addresses: 0 });
      for (const days of [1, 28]) {
        desk.pass(days * DAY_MS);
        await sweep(desk.desk);
      }
      expect(await counts(desk)).toEqual({ ...before, addresses: 0 });
      await desk.enrolPerson({ ...RA, back: true });
      await setCardState(desk.desk, cardOfRa.cardId, 'active');

      desk.pass(3 * DAY_MS);
      await sweep(desk.desk);
      await sweep(desk.desk);
      expect(await counts(desk)).toMatchObject({ people: 1, cards: 1 });
      for (const table of ['card_secrets', 'certificates']) {
        const left = [card, cardOfRa].map(({ cardId }) => count(desk, `${table} where card_id = '${cardId}'`));
        expect(await Promise.all(left)).toEqual([0, expect.toSatisfy((rows) => rows > 0)]);
      }
      const forgotten = (await desk.audit()).filter(({ event }) => event === 'records-forgotten');
      expect(forgotten).toMatchObject([
        { cards: 1, people: 1 },
        { cards: 0, people: 0, journeys: 1 },
      ]);
      expect(await count(desk, 'journeys')).toBe(0);
      expect((await cardOfRa.signIn(desk)).length).toBeGreaterThan(20);
    });
  });
}
