import { describe, expect, test } from 'vitest';
import { openCardSecret } from '../../../services/card-desk/src/store/cards.ts';
import { TEST_PUK } from '../../../src/simulator/pki/issue-card.ts';
import { ask, CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, type DeskUnderTest, PERSON } from '../../rig/card-desk.ts';
import { otherThan, stage, start, startAndType } from './stage.ts';

const NEW_PIN = '135792';

/** Self-service unlock from the first request to the opened card, and what comes of it when something breaks. */
export function unlockSuite(under: DatabaseUnderTest): void {
  describe(`unlock on ${under.name}`, () => {
    const { blockedCard, database, openDesk } = stage(under);

    const storedPuk = async (desk: DeskUnderTest, cardId: string, kind: 'puk' | 'next-puk' = 'puk') =>
      (await desk.desk.database.transaction((sql) => openCardSecret(sql, desk.desk.ring(), cardId, kind)))?.toString(
        'latin1',
      ) ?? null;

    test('by email: code, proof, new passcode, a PUK that was used is replaced, the owner is told', async () => {
      const { desk, card } = await blockedCard();
      const ticket = await startAndType(desk, card.cardId);
      expect(ticket.unlock).toMatchObject({ kind: 'self-service', phase: 'code', codeTriesLeft: 5 });
      expect(new Date(ticket.unlock.expiresAt).getTime() - desk.clock.now.getTime()).toBe(15 * 60_000);

      const unlock = await card.unlock(desk, ticket, NEW_PIN);
      expect(unlock).toMatchObject({ phase: 'unlocked', failure: null });
      expect(await card.opensWith(NEW_PIN)).toBe(true);
      expect(card.puk).not.toBe(TEST_PUK);
      expect(await storedPuk(desk, card.cardId)).toBe(card.puk);
      expect(await storedPuk(desk, card.cardId, 'next-puk')).toBeNull();

      const told = await desk.email.message(1);
      expect(told).toMatchObject({ purpose: 'unlocking', to: PERSON.email, code: null });
      const events = (await desk.audit()).map(({ event }) => event);
      for (const event of ['unlock-started', 'code-right', 'card-proven', 'puk-released', 'puk-reported', 'unlocked']) {
        expect(events).toContain(event);
      }
    });

    test('by text message, however the number is typed', async () => {
      const { desk, card } = await blockedCard();
      const ticket = await start(desk, card.cardId, '+44 (0)7700 900-123');
      const { code, channel, to } = await desk.mobile.message(0);
      expect({ channel, to }).toEqual({ channel: 'mobile', to: '+447700900123' });
      await desk.does('checkCode', ask(ticket, { code: code ?? '' }), ticket.token);
      expect(await card.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
    });

    test('again and again: each PUK is used once', async () => {
      const { desk, card } = await blockedCard();
      const seen = new Set([card.puk]);
      for (const pin of ['135792', '246813', '975313']) {
        const ticket = await startAndType(desk, card.cardId);
        expect(await card.unlock(desk, ticket, pin)).toMatchObject({ phase: 'unlocked' });
        expect(seen.has(card.puk)).toBe(false);
        seen.add(card.puk);
        await card.block();
        desk.pass(60 * 60_000);
      }
    });

    test('in Welsh where that is asked for', async () => {
      const { desk, card } = await blockedCard();
      await desk.does('startUnlock', { body: { cardId: card.cardId, address: PERSON.email, language: 'cy' } });
      expect(await desk.email.message(0)).toMatchObject({ language: 'cy' });
    });

    test('of a card with RSA keys', async () => {
      const { desk, card } = await blockedCard({}, { keys: 'rsa2048' });
      expect(await card.unlock(desk, await startAndType(desk, card.cardId), NEW_PIN)).toMatchObject({
        phase: 'unlocked',
      });
    });

    test('of a card without 9E, by its admin key', async () => {
      const { desk, card } = await blockedCard({}, { keys: { '9a': 'p256', '9e': null } });
      const ticket = await startAndType(desk, card.cardId);
      const { result, privateKey } = await card.proveByAdminKey(desk, ticket);
      if (!result.ok) throw new Error(result.problem.code);
      const { release } = result.answer;
      const told = await card.perform(release, privateKey, ticket.unlock.id, NEW_PIN);
      const parameters = { unlock: ticket.unlock.id, attempt: '1' };
      expect(await desk.does('report', { parameters, body: told }, ticket.token)).toMatchObject({
        unlock: { phase: 'unlocked' },
        release: null,
      });
    });

    test('the admin key of a card with 9E proves nothing, and its block is not decrypted', async () => {
      const { desk, card } = await blockedCard();
      const ticket = await startAndType(desk, card.cardId);
      await expect(card.proveByAdminKey(desk, ticket)).rejects.toMatchObject({ name: 'CardError' });
    });

    describe('an agent that dies', () => {
      const places = [
        ['before it has asked the card', 'nothing', 1],
        ['after the new passcode was set', 'reset', 1],
        ['after the PUK was changed, before it could say so', 'change', 0],
      ] as const;
      test.each(places)(
        '%s: the same journey goes on, at the cost of one try at most',
        async (_, crashAfter, wrong) => {
          const { desk, card } = await blockedCard();
          const full = card.pukTriesLeft;
          const ticket = await startAndType(desk, card.cardId);
          const { result, privateKey } = await card.prove(desk, ticket);
          if (!result.ok) throw new Error(result.problem.code);
          await expect(
            card.perform(result.answer.release, privateKey, ticket.unlock.id, NEW_PIN, crashAfter),
          ).rejects.toThrow('pulls the card');

          const again = await card.prove(desk, ticket);
          if (!again.result.ok) throw new Error(again.result.problem.code);
          expect(again.result.answer.release).toMatchObject({ attempt: 2, mode: 'probe' });
          const told = await card.perform(again.result.answer.release, again.privateKey, ticket.unlock.id, '864203');
          expect(full - card.pukTriesLeft).toBe(wrong);
          const at = (attempt: number) => ({ unlock: ticket.unlock.id, attempt: String(attempt) });
          const next = await desk.does('report', { parameters: at(2), body: told }, ticket.token);
          if (next.release === null) throw new Error('nothing released');
          expect(next.release.mode).toBe(wrong === 1 ? 'replace' : 'change');
          const changed = await card.perform(next.release, again.privateKey, ticket.unlock.id, '864203');
          expect(await desk.does('report', { parameters: at(3), body: changed }, ticket.token)).toMatchObject({
            unlock: { phase: 'unlocked' },
          });
          expect(await card.opensWith('864203')).toBe(true);
          expect(await storedPuk(desk, card.cardId)).toBe(card.puk);
          expect(card.pukTriesLeft).toBe(full);
        },
      );

      test('and says that it has not asked the card: no try is spent', async () => {
        const { desk, card } = await blockedCard();
        const full = card.pukTriesLeft;
        const ticket = await startAndType(desk, card.cardId);
        await card.prove(desk, ticket);
        const parameters = { unlock: ticket.unlock.id, attempt: '1' };
        const reported = await desk.does('report', { parameters, body: { result: 'untouched' } }, ticket.token);
        expect(reported).toMatchObject({ unlock: { phase: 'card' }, release: null });
        expect(await card.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
        expect(card.pukTriesLeft).toBe(full);
      });

      test('and reports after its journey: the truth about the card is taken, nothing more is released', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        const { result, privateKey } = await card.prove(desk, ticket);
        if (!result.ok) throw new Error(result.problem.code);
        const told = await card.perform(result.answer.release, privateKey, ticket.unlock.id, NEW_PIN);
        desk.pass(60 * 60_000);
        const parameters = { unlock: ticket.unlock.id, attempt: '1' };
        expect(await desk.does('report', { parameters, body: told }, ticket.token)).toMatchObject({
          unlock: { phase: 'unlocked' },
          release: null,
        });
        expect(await storedPuk(desk, card.cardId)).toBe(card.puk);
      });

      test('and repeats a report whose answer was lost: it gets the same answer, once more', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        const first = await card.prove(desk, ticket);
        if (!first.result.ok) throw new Error(first.result.problem.code);
        await expect(
          card.perform(first.result.answer.release, first.privateKey, ticket.unlock.id, NEW_PIN, 'change'),
        ).rejects.toThrow();
        const { result, privateKey } = await card.prove(desk, ticket);
        if (!result.ok) throw new Error(result.problem.code);
        const told = await card.perform(result.answer.release, privateKey, ticket.unlock.id, NEW_PIN);
        const parameters = { unlock: ticket.unlock.id, attempt: '2' };
        const lost = await desk.does('report', { parameters, body: told }, ticket.token);
        const again = await desk.does('report', { parameters, body: told }, ticket.token);
        expect(again.release).toMatchObject({ attempt: 3, mode: lost.release?.mode });
        if (again.release === null) throw new Error('nothing released');
        const changed = await card.perform(again.release, privateKey, ticket.unlock.id, NEW_PIN);
        const last = { parameters: { ...parameters, attempt: '3' }, body: changed };
        expect(await desk.does('report', last, ticket.token)).toMatchObject({ unlock: { phase: 'unlocked' } });
        expect(await desk.does('report', last, ticket.token)).toMatchObject({ unlock: { phase: 'unlocked' } });
        expect(await storedPuk(desk, card.cardId)).toBe(card.puk);
        const unlocked = (await desk.audit()).filter(({ event }) => event === 'unlocked');
        expect(unlocked).toHaveLength(1);
      });
    });

    test('a PUK that the card does not take: no second try, and no release ever after', async () => {
      const { desk, card } = await blockedCard();
      const other = await CardAtDesk.issue({ puk: '11112222' });
      await desk.enrolCard(other.enrolment(PERSON.userId));
      await other.block();
      const ticket = await startAndType(desk, other.cardId);
      expect(await other.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'failed', failure: 'puk-refused' });
      expect(other.pukTriesLeft).toBe(2);
      const later = await startAndType(desk, other.cardId);
      const { result } = await other.prove(desk, later);
      expect(result).toMatchObject({ ok: false, problem: { code: 'Desk_Over', unlock: { failure: 'puk-refused' } } });
      expect(await card.unlock(desk, await startAndType(desk, card.cardId), NEW_PIN)).toMatchObject({
        phase: 'unlocked',
      });
    });

    test('a card whose PUK is down to its last try: it is not made', async () => {
      const { desk, card } = await blockedCard({}, { traits: { pukTries: 2 } });
      const ticket = await startAndType(desk, card.cardId);
      const { result, privateKey } = await card.prove(desk, ticket);
      if (!result.ok) throw new Error(result.problem.code);
      await expect(
        card.perform(result.answer.release, privateKey, ticket.unlock.id, NEW_PIN, 'nothing'),
      ).rejects.toThrow();
      expect(await card.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'failed', failure: 'puk-one-try-left' });
      expect(card.pukTriesLeft).toBe(1);
      const later = await startAndType(desk, card.cardId);
      const refused = await card.prove(desk, later);
      expect(refused.result).toMatchObject({ ok: false, problem: { unlock: { failure: 'puk-one-try-left' } } });
      expect(card.pukTriesLeft).toBe(1);
    });

    test('a code whose message cannot be sent is tried again, and given up when the journey is over', async () => {
      const { desk, card } = await blockedCard();
      const { DeliveryError } = await import('../../../services/card-desk/src/messages/message.ts');
      desk.email.failing = new DeliveryError('SMTP 451', false);
      await start(desk, card.cardId);
      await expect.poll(() => desk.log.some(({ code }) => code === 'SMTP 451')).toBe(true);
      desk.email.failing = null;
      desk.pass(10_000);
      desk.desk.wake();
      expect(await desk.email.message(0)).toMatchObject({ purpose: 'unlock-code' });

      desk.email.failing = new DeliveryError('SMTP 550', true);
      await start(desk, card.cardId);
      await expect.poll(async () => (await desk.audit()).some(({ event }) => event === 'message-given-up')).toBe(true);
    });

    test('a desk that is started again goes on where it was', async () => {
      const open = await database();
      const keys = `k ${Buffer.alloc(32, 7).toString('base64')}`;
      const first = await openDesk({ keys }, open);
      await first.enrolPerson();
      const card = await CardAtDesk.issue();
      await first.enrolCard(card.enrolment(PERSON.userId));
      await card.block();
      const ticket = await startAndType(first, card.cardId);
      const second = await openDesk({ keys }, open);
      expect(await card.unlock(second, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
    });

    test('the wrong code costs a try, which is told; the right one then counts', async () => {
      const { desk, card } = await blockedCard();
      const ticket = await start(desk, card.cardId);
      const { code } = await desk.email.message(0);
      const wrong = ask(ticket, { code: otherThan(code) });
      expect(await desk.refuses('checkCode', wrong, ticket.token)).toMatchObject({
        code: 'Desk_CodeWrong',
        triesLeft: 4,
      });
      const right = ask(ticket, { code: code ?? '' });
      expect(await desk.does('checkCode', right, ticket.token)).toMatchObject({ phase: 'card', codeTriesLeft: 4 });
    });
  });
}
