import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { savePerson, setCardState, setOwner } from '../../../services/card-desk/src/administration.ts';
import { ask, type CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, type DeskUnderTest, PERSON, RA, someCardId } from '../../rig/card-desk.ts';
import { authorise, stage, startAndType } from './stage.ts';

const NEW_PIN = '135792';
const WITHOUT_9E = { keys: { '9a': 'p256' } } as const;

/** Who may have a card unlocked, judged when something is handed out, and who hears of it. */
export function entitlementSuite(under: DatabaseUnderTest): void {
  describe(`entitlement on ${under.name}`, () => {
    const { blockedCard, signedInRa } = stage(under);

    const join = (desk: DeskUnderTest, cardId: string) => desk.does('joinUnlock', { body: { cardId } });

    async function witness(desk: DeskUnderTest, cardId: string, octets: string) {
      const ticket = await join(desk, cardId);
      const body = { by: 'admin-key', algorithm: '3des', witness: octets } as const;
      return await desk.call('challenge', ask(ticket, body), ticket.token);
    }

    describe('the admin key', () => {
      test('does nothing for an assisted unlock that nobody has authorised, of a known card as of an unknown one', async () => {
        const { desk, card } = await blockedCard({}, WITHOUT_9E);
        const octets = randomBytes(8).toString('hex');
        for (const cardId of [card.cardId, someCardId()]) {
          expect(await witness(desk, cardId, octets)).toMatchObject({ problem: { code: 'Desk_NotAuthorised' } });
        }
        expect((await desk.audit()).some(({ event }) => event === 'admin-key-used')).toBe(false);
      });

      test('unlocks once it is authorised, and each use of it is recorded', async () => {
        const { desk, card } = await blockedCard({}, WITHOUT_9E);
        const { token } = await signedInRa(desk);
        const ticket = await join(desk, card.cardId);
        await expect(card.proveByAdminKey(desk, ticket)).rejects.toThrow('Desk_NotAuthorised');
        await authorise(desk, token, card.cardId);
        const { result } = await card.proveByAdminKey(desk, ticket);
        expect(result).toMatchObject({ ok: true, answer: { unlock: { phase: 'released' } } });
        const uses = (await desk.audit()).filter(({ event }) => event === 'admin-key-used');
        expect(uses).toMatchObject([{ journey: ticket.unlock.id, card: card.cardId }]);
      });

      test('does nothing for a card with 9E, and tells nobody that it is authorised', async () => {
        const { desk, card } = await blockedCard();
        const { token } = await signedInRa(desk);
        await authorise(desk, token, card.cardId);
        const octets = randomBytes(8).toString('hex');
        expect(await witness(desk, card.cardId, octets)).toMatchObject({ problem: { code: 'Desk_NotAuthorised' } });
      });

      test('does nothing for a card that is reported lost, though it is authorised', async () => {
        const { desk, card } = await blockedCard({}, WITHOUT_9E);
        const { token } = await signedInRa(desk);
        await authorise(desk, token, card.cardId);
        await setCardState(desk.desk, card.cardId, 'lost');
        const ticket = await join(desk, card.cardId);
        // The card notices: the witness is not its own.
        await expect(card.proveByAdminKey(desk, ticket)).rejects.toThrow();
        expect((await desk.audit()).some(({ event }) => event === 'admin-key-used')).toBe(false);
      });

      test('nor for a code that went to an address which is not on the profile any more', async () => {
        const { desk, card } = await blockedCard({}, WITHOUT_9E);
        const ticket = await startAndType(desk, card.cardId);
        await savePerson(desk.desk, { userId: PERSON.userId, name: PERSON.name, email: 'new@ward.example' });
        await expect(card.proveByAdminKey(desk, ticket)).rejects.toThrow();
        expect((await desk.audit()).some(({ event }) => event === 'admin-key-used')).toBe(false);
      });

      test('is stood in for by the same for each question, where it may not be used', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        const body = { by: 'admin-key', algorithm: '3des', witness: randomBytes(8).toString('hex') } as const;
        const first = await desk.does('challenge', ask(ticket, body), ticket.token);
        const second = await desk.does('challenge', ask(ticket, body), ticket.token);
        expect(first).toMatchObject({ by: 'admin-key', witness: 'witness' in second ? second.witness : null });
        expect((await desk.audit()).some(({ event }) => event === 'admin-key-used')).toBe(false);
      });
    });

    describe('what has been said is judged anew at the release', () => {
      const refuse = async (undo: (desk: DeskUnderTest, ra: CardAtDesk, card: CardAtDesk) => Promise<unknown>) => {
        const { desk, card } = await blockedCard();
        const { token, card: raCard } = await signedInRa(desk);
        await authorise(desk, token, card.cardId);
        const ticket = await join(desk, card.cardId);
        await undo(desk, raCard, card);
        return (await card.prove(desk, ticket)).result;
      };
      const notAuthorised = { ok: false, problem: { code: 'Desk_NotAuthorised' } };

      test('an RA whose card was reported lost since', async () => {
        const result = await refuse((desk, ra) => setCardState(desk.desk, ra.cardId, 'lost'));
        expect(result).toMatchObject(notAuthorised);
      });

      test('an RA who is none any more', async () => {
        expect(await refuse((desk) => desk.enrolPerson({ ...RA, role: 'user' }))).toMatchObject(notAuthorised);
      });

      test('an RA whose card is somebody else’s now', async () => {
        expect(await refuse((desk, ra) => setOwner(desk.desk, ra.cardId, PERSON.userId))).toMatchObject(notAuthorised);
      });

      test('a card that is somebody else’s now', async () => {
        expect(await refuse((desk, _, card) => setOwner(desk.desk, card.cardId, RA.userId))).toMatchObject(
          notAuthorised,
        );
      });

      test('once it is used, too: a second release of the journey', async () => {
        const { desk, card } = await blockedCard();
        const { token, card: raCard } = await signedInRa(desk);
        await authorise(desk, token, card.cardId);
        const ticket = await join(desk, card.cardId);
        expect((await card.prove(desk, ticket)).result.ok).toBe(true);
        expect((await card.prove(desk, ticket)).result.ok).toBe(true);
        await setCardState(desk.desk, raCard.cardId, 'withdrawn');
        expect((await card.prove(desk, ticket)).result).toMatchObject(notAuthorised);
      });

      test.each<readonly [string, (desk: DeskUnderTest, card: CardAtDesk) => Promise<unknown>]>([
        ['replaced', (desk) => savePerson(desk.desk, { ...ADA, email: 'new@ward.example' })],
        ['taken off', (desk) => savePerson(desk.desk, { ...ADA, email: null })],
        ['somebody else’s, as the card is', (desk, card) => setOwner(desk.desk, card.cardId, RA.userId)],
      ])('an address that the code went to and that is %s since', async (_, change) => {
        const { desk, card } = await blockedCard();
        await desk.enrolPerson(RA);
        const ticket = await startAndType(desk, card.cardId);
        await change(desk, card);
        expect((await card.prove(desk, ticket)).result).toMatchObject({
          ok: false,
          problem: { code: 'Desk_Over', unlock: { phase: 'failed', failure: 'profile-changed' } },
        });
      });

      test('but the same address saved again, as an import does every night, changes nothing', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        await desk.enrolPerson();
        expect(await card.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
      });

      test('a card that is stopped between two releases is told of, and released nothing more', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        await card.prove(desk, ticket);
        const { result } = await card.prove(desk, ticket);
        const attempt = String(result.ok ? result.answer.release.attempt : 0);
        await setCardState(desk.desk, card.cardId, 'lost');
        const report = { parameters: { unlock: ticket.unlock.id, attempt }, body: { result: 'wrong', triesLeft: 2 } };
        const reported = await desk.does('report', report as never, ticket.token);
        expect(reported).toMatchObject({ release: null, unlock: { phase: 'failed', failure: 'card-not-active' } });
      });
    });

    describe('also for what is released in answer to a report', () => {
      /** An RA's unlock, in which the desk no longer knows which of two codes is true. */
      async function probing() {
        const { desk, card } = await blockedCard();
        const { token, card: raCard } = await signedInRa(desk);
        await authorise(desk, token, card.cardId);
        const ticket = await join(desk, card.cardId);
        await card.prove(desk, ticket);
        const { result } = await card.prove(desk, ticket);
        if (!result.ok) throw new Error(result.problem.code);
        const { attempt, mode } = result.answer.release;
        expect(mode).toBe('probe');
        const tell = () => {
          const parameters = { unlock: ticket.unlock.id, attempt: String(attempt) };
          return desk.does('report', { parameters, body: { result: 'wrong', triesLeft: 2 } }, ticket.token);
        };
        return { desk, card, raCard, tell };
      }

      test('which is the next thing to do while it is authorised, however often it is asked', async () => {
        const { tell } = await probing();
        expect(await tell()).toMatchObject({ release: { mode: 'replace' } });
        expect(await tell()).toMatchObject({ release: { mode: 'replace' } });
      });

      test('and nothing when the RA is stopped: the report counts all the same', async () => {
        const { desk, card, raCard, tell } = await probing();
        await setCardState(desk.desk, raCard.cardId, 'lost');
        expect(await tell()).toMatchObject({ release: null, unlock: { phase: 'failed', failure: 'expired' } });
        const told = (await desk.audit()).filter(({ event }) => event === 'puk-reported');
        expect(told).toMatchObject([{ card: card.cardId, result: 'wrong' }]);
        expect(await tell()).toMatchObject({ release: null });
      });

      test('nor a second time, when the RA is stopped after the first', async () => {
        const { desk, raCard, tell } = await probing();
        expect(await tell()).toMatchObject({ release: { mode: 'replace' } });
        await setCardState(desk.desk, raCard.cardId, 'lost');
        expect(await tell()).toMatchObject({ release: null });
      });
    });

    describe('who hears of it', () => {
      test('the owner, at every address, of a release that nobody reports', async () => {
        const { desk, card } = await blockedCard();
        const { token } = await signedInRa(desk);
        await authorise(desk, token, card.cardId);
        const ticket = await join(desk, card.cardId);
        const { result, privateKey } = await card.prove(desk, ticket);
        if (!result.ok) throw new Error(result.problem.code);
        await card.perform(result.answer.release, privateKey, ticket.unlock.id, NEW_PIN);
        expect(await desk.email.message(0)).toMatchObject({ purpose: 'unlocking', to: PERSON.email, code: null });
        expect(await desk.mobile.message(0)).toMatchObject({ purpose: 'unlocking', to: '+447700900123', code: null });
      });

      test('once a journey', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        await card.prove(desk, ticket);
        expect(await card.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
        await desk.email.message(1);
        const sent = async () => (await desk.audit()).filter(({ event }) => event === 'message-sent').length;
        await expect.poll(sent).toBe(3);
        expect(desk.email.sent.filter(({ purpose }) => purpose === 'unlocking')).toHaveLength(1);
      });

      test('the person whose profile gets another address, at those that it had', async () => {
        const { desk, card } = await blockedCard();
        const { token } = await signedInRa(desk);
        const identityCheck = await authorise(desk, token, card.cardId);
        const add = { body: { identityCheck, address: 'rogue@elsewhere.example', language: 'cy' } } as const;
        const { id } = await desk.does('addAddress', add, token);
        const { code } = await desk.email.message(0, 'address-code');
        await desk.does('proveAddress', { parameters: { proof: id }, body: { code: code ?? '' } }, token);
        const news = { purpose: 'address-changed', language: 'cy', code: null };
        expect(await desk.email.message(1)).toMatchObject({ ...news, to: PERSON.email });
        expect(await desk.mobile.message(0)).toMatchObject({ ...news, to: '+447700900123' });
      });
    });

    describe('the session of an RA', () => {
      const works = async (desk: DeskUnderTest, token: string) =>
        (await desk.call('findPeople', { query: { find: PERSON.userId } }, token)).ok;

      test.each<readonly [string, (desk: DeskUnderTest, card: CardAtDesk) => Promise<unknown>]>([
        ['the card is somebody else’s', (desk, card) => setOwner(desk.desk, card.cardId, PERSON.userId)],
        ['the card is lost', (desk, card) => setCardState(desk.desk, card.cardId, 'lost')],
        ['the person is no RA', (desk) => desk.enrolPerson({ ...RA, role: 'user' })],
      ])('is over when %s, and does not come back with it', async (_, change) => {
        const { desk } = await blockedCard();
        const { token, card } = await signedInRa(desk);
        const handOver = await card.handOver(desk);
        expect(await works(desk, token)).toBe(true);
        await change(desk, card);
        expect(await works(desk, token)).toBe(false);
        await desk.enrolPerson(RA);
        await setOwner(desk.desk, card.cardId, RA.userId);
        await setCardState(desk.desk, card.cardId, 'active');
        expect(await works(desk, token)).toBe(false);
        expect(await desk.refuses('takeHandOver', { body: { handOver } })).toMatchObject({ code: 'Desk_SignIn' });
      });
    });
  });
}

const ADA = { userId: PERSON.userId, name: PERSON.name };
