import { describe, expect, test } from 'vitest';
import { savePerson, setCardState, setOwner } from '../../../services/card-desk/src/administration.ts';
import { sign } from '../../../src/core/card/piv/signature.ts';
import { handOverProofText, signInProofText } from '../../../src/core/card-desk/proofs.ts';
import { TEST_PIN } from '../../../src/simulator/pki/issue-card.ts';
import { ask, CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, type DeskUnderTest, ORIGIN, PERSON, RA, someCardId } from '../../rig/card-desk.ts';
import { foreignCertificate } from '../../rig/foreign-certificate.ts';
import { authorise, checkIdentity, otherThan, stage, start } from './stage.ts';

const NEW_PIN = '135792';

/** An RA with the own card, and a person who is present. */
export function assistedSuite(under: DatabaseUnderTest): void {
  describe(`with an RA on ${under.name}`, () => {
    const { blockedCard, signedInRa } = stage(under);

    test('finds a person by name, identifier, card and serial number; addresses are masked', async () => {
      const { desk, card } = await blockedCard();
      const { token } = await signedInRa(desk);
      const serial = `S-${card.cardId.slice(0, 6)}`;
      for (const find of ['ADA', 'ada lind', PERSON.userId, card.cardId, card.cardId.toUpperCase(), serial]) {
        const { people } = await desk.does('findPeople', { query: { find } }, token);
        expect(people, find).toMatchObject([
          { name: PERSON.name, userId: PERSON.userId, cards: [{ cardId: card.cardId, state: 'active' }] },
        ]);
        expect(people[0]?.addresses).toEqual([
          { kind: 'email', masked: 'a…@w….example' },
          { kind: 'mobile', masked: '… 123' },
        ]);
      }
      for (const find of ['%', '__', 'lindqvist', 'nobody']) {
        const outcome = await desk.call('findPeople', { query: { find } }, token);
        expect(outcome.ok ? outcome.answer.people : outcome.problem.code, find).toEqual(
          find === '%' ? 'Desk_BadRequest' : [],
        );
      }
      // PostgreSQL keeps no NUL in a text: it would be an error of ours.
      for (const find of ['ab\0', 'a\0b', 'ab\u0007c', 'ab\u0085']) {
        expect(await desk.refuses('findPeople', { query: { find } }, token), JSON.stringify(find)).toMatchObject({
          code: 'Desk_BadRequest',
        });
      }
    });

    test('authorises a card that is then unlocked at any workstation, once', async () => {
      const { desk, card } = await blockedCard();
      const { token, person: ra } = await signedInRa(desk);
      await authorise(desk, token, card.cardId);
      const ticket = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect(ticket.unlock).toMatchObject({ kind: 'assisted', phase: 'card' });
      expect(await card.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
      expect(await card.opensWith(NEW_PIN)).toBe(true);
      expect(await desk.email.message(0)).toMatchObject({ purpose: 'unlocking', to: PERSON.email });

      const again = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect((await card.prove(desk, again)).result).toMatchObject({
        ok: false,
        problem: { code: 'Desk_NotAuthorised' },
      });
      const entries = await desk.audit();
      expect(entries.find(({ event }) => event === 'identity-checked')).toMatchObject({ ra, evidence: 'photo-id' });
      expect(entries.find(({ event }) => event === 'unlock-authorised')).toMatchObject({ ra, card: card.cardId });
    });

    test('may authorise after the workstation has joined', async () => {
      const { desk, card } = await blockedCard();
      const ticket = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect((await card.prove(desk, ticket)).result).toMatchObject({
        ok: false,
        problem: { code: 'Desk_NotAuthorised' },
      });
      const { token } = await signedInRa(desk);
      await authorise(desk, token, card.cardId);
      expect(await card.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
    });

    test('unlocks for a person without email or mobile', async () => {
      const { desk, card } = await blockedCard();
      await savePerson(desk.desk, { userId: PERSON.userId, name: PERSON.name, email: null, mobile: null });
      const { token } = await signedInRa(desk);
      await authorise(desk, token, card.cardId);
      const ticket = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect(await card.unlock(desk, ticket, NEW_PIN)).toMatchObject({ phase: 'unlocked' });
    });

    test('an authorisation is for one card, and for 15 minutes', async () => {
      const { desk, card } = await blockedCard();
      const second = await CardAtDesk.issue();
      await desk.enrolCard(second.enrolment(PERSON.userId));
      const { token } = await signedInRa(desk);
      await authorise(desk, token, card.cardId);
      const wrongCard = await desk.does('joinUnlock', { body: { cardId: second.cardId } });
      expect((await second.prove(desk, wrongCard)).result).toMatchObject({
        ok: false,
        problem: { code: 'Desk_NotAuthorised' },
      });
      desk.pass(15 * 60_000);
      const late = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect((await card.prove(desk, late)).result).toMatchObject({
        ok: false,
        problem: { code: 'Desk_NotAuthorised' },
      });
    });

    test('nobody authorises the own card, without a check, with the check of somebody else, or for another person', async () => {
      const { desk, card } = await blockedCard();
      const ben = await signedInRa(desk);
      const refuse = async (identityCheck: string, cardId: string, token: string) =>
        (await desk.refuses('authorise', { body: { identityCheck, cardId } }, token)).code;
      expect(
        await desk.refuses('checkIdentity', { body: { person: ben.person, evidence: 'photo-id' } }, ben.token),
      ).toMatchObject({ code: 'Desk_NotAllowed' });
      expect(await refuse('00000000-0000-4000-8000-000000000000', card.cardId, ben.token)).toBe('Desk_NotFound');
      const { identityCheck } = await checkIdentity(desk, ben.token);
      expect(await refuse(identityCheck, ben.card.cardId, ben.token)).toBe('Desk_NotAllowed');
      expect(await refuse(identityCheck, someCardId(), ben.token)).toBe('Desk_NotFound');

      await desk.enrolPerson({ userId: '555000000033', name: 'Cora Vance', role: 'ra' });
      const card2 = await CardAtDesk.issue();
      await desk.enrolCard(card2.enrolment('555000000033'));
      expect(await refuse(identityCheck, card.cardId, await card2.signIn(desk))).toBe('Desk_NotFound');

      desk.pass(14 * 60_000);
      await desk.does('findPeople', { query: { find: 'ada' } }, ben.token);
      desk.pass(14 * 60_000);
      await desk.does('findPeople', { query: { find: 'ada' } }, ben.token);
      desk.pass(2 * 60_000);
      expect(await refuse(identityCheck, card.cardId, ben.token)).toBe('Desk_NotFound');
    });

    test('a card that changes hands after it was authorised is still only that card; a lost one is released nothing', async () => {
      const { desk, card } = await blockedCard();
      const { token } = await signedInRa(desk);
      await authorise(desk, token, card.cardId);
      await setCardState(desk.desk, card.cardId, 'lost');
      const ticket = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect((await card.prove(desk, ticket)).result).toMatchObject({
        ok: false,
        problem: { code: 'Desk_CardNotProven' },
      });
    });

    describe('signing in', () => {
      async function attempt(
        desk: DeskUnderTest,
        card: CardAtDesk,
        changes: { origin?: string; slot?: '9a' | '9e'; challenge?: string } = {},
      ) {
        const asked = await desk.does('signInChallenge', { body: {} });
        await card.opensWith(TEST_PIN);
        const certificate = card.certificate(changes.slot ?? '9a').raw;
        const text = signInProofText({
          origin: changes.origin ?? ORIGIN,
          challenge: changes.challenge ?? asked.challenge,
          certificate,
        });
        const slot = changes.slot === '9e' ? '9E' : '9A';
        const signature = await sign(card.exchange, slot, card.certificate(changes.slot ?? '9a').publicKey, text);
        const body = {
          challenge: asked.id,
          certificate: certificate.toString('base64'),
          signature: Buffer.from(signature).toString('base64'),
        };
        return { body, result: await desk.call('signIn', { body }) };
      }
      const refused = { ok: false, problem: { code: 'Desk_SignIn' } };

      test('is for RAs, with the key that wants a passcode, for this desk, and once for each challenge', async () => {
        const { desk, card } = await blockedCard();
        const { card: raCard } = await signedInRa(desk);
        const { body, result } = await attempt(desk, raCard);
        expect(result).toMatchObject({ ok: true, answer: { name: RA.name } });
        expect(await desk.call('signIn', { body })).toMatchObject(refused);
        expect((await attempt(desk, raCard, { slot: '9e' })).result).toMatchObject(refused);
        expect((await attempt(desk, raCard, { origin: 'https://elsewhere.test' })).result).toMatchObject(refused);
        expect((await attempt(desk, raCard, { challenge: '00'.repeat(32) })).result).toMatchObject(refused);
        const user = await CardAtDesk.issue();
        await desk.enrolCard(user.enrolment(PERSON.userId));
        expect((await attempt(desk, user)).result).toMatchObject(refused);
        expect((await attempt(desk, await CardAtDesk.issue())).result).toMatchObject(refused);
        expect(card.cardId).not.toBe(raCard.cardId);
        const refusals = (await desk.audit()).filter(({ event }) => event === 'ra-sign-in-refused');
        // Each reason once a minute; the challenge that was there no more is nothing to record.
        expect(refusals.map(({ why }) => why)).toEqual(['certificate', 'signature']);
      });

      test('is refused with a certificate that has expired, and when the challenge is too old', async () => {
        const { desk } = await blockedCard();
        await desk.enrolPerson(RA);
        const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2023-01-01') };
        const others = { notBefore: new Date('2026-01-01'), notAfter: new Date('2029-01-01') };
        const card = await CardAtDesk.issue({ validity: { '9a': expired, others } });
        await desk.enrolCard(card.enrolment(RA.userId));
        expect((await attempt(desk, card)).result).toMatchObject(refused);

        const good = await CardAtDesk.issue({ validity: others });
        await desk.enrolCard(good.enrolment(RA.userId));
        const asked = await desk.does('signInChallenge', { body: {} });
        await good.opensWith(TEST_PIN);
        const certificate = good.certificate('9a').raw;
        const text = signInProofText({ origin: ORIGIN, challenge: asked.challenge, certificate });
        const signature = Buffer.from(await sign(good.exchange, '9A', good.certificate('9a').publicKey, text)).toString(
          'base64',
        );
        desk.pass(2 * 60_000);
        const body = { challenge: asked.id, certificate: certificate.toString('base64'), signature };
        expect(await desk.call('signIn', { body })).toMatchObject(refused);
      });

      test('with a certificate of a kind that no card has is refused and recorded, and uses up the challenge', async () => {
        const { desk } = await blockedCard();
        const { id: challenge } = await desk.does('signInChallenge', { body: {} });
        const certificate = (await foreignCertificate()).toString('base64');
        const body = { challenge, certificate, signature: 'AAAA' };
        for (const operation of ['signIn', 'handOver', 'signIn'] as const) {
          expect(await desk.refuses(operation, { body })).toMatchObject({ code: 'Desk_SignIn' });
        }
        const count = (why: string) => desk.desk.metrics.value('card_desk_sign_ins_refused_total', { why });
        expect([count('signature'), count('challenge')]).toEqual([1, 2]);
        expect((await desk.audit()).filter(({ event }) => event === 'ra-sign-in-refused')).toHaveLength(1);
      });

      test('ends by signing out, after 15 minutes without a request, after four hours, with the card, with the role', async () => {
        const { desk } = await blockedCard();
        const { card, token } = await signedInRa(desk);
        const works = async (of: string) => (await desk.call('findPeople', { query: { find: 'ada' } }, of)).ok;
        expect(await works(token)).toBe(true);
        await desk.does('signOut', {}, token);
        expect(await works(token)).toBe(false);

        const idle = await card.signIn(desk);
        desk.pass(15 * 60_000);
        expect(await works(idle)).toBe(false);

        const long = await card.signIn(desk);
        for (let minutes = 0; minutes < 230; minutes += 10) {
          desk.pass(10 * 60_000);
          expect(await works(long)).toBe(true);
        }
        desk.pass(10 * 60_000);
        expect(await works(long)).toBe(false);

        const withCard = await card.signIn(desk);
        await setCardState(desk.desk, card.cardId, 'lost');
        expect(await works(withCard)).toBe(false);
        await setCardState(desk.desk, card.cardId, 'active');
        const withRole = await card.signIn(desk);
        await savePerson(desk.desk, { userId: RA.userId, name: RA.name, role: 'user' });
        expect(await works(withRole)).toBe(false);
        await expect(setOwner(desk.desk, card.cardId, 'nobody')).rejects.toThrow('no person');
      });
    });

    describe('adding an address', () => {
      test('is proven by the code that was sent to it; then it unlocks', async () => {
        const { desk, card } = await blockedCard();
        const { token } = await signedInRa(desk);
        const { identityCheck } = await checkIdentity(desk, token);
        const { id } = await desk.does(
          'addAddress',
          { body: { identityCheck, address: 'Ada.New@ward.example' } },
          token,
        );
        const message = await desk.email.message(0);
        const { code } = message;
        expect(message).toMatchObject({ to: 'ada.new@ward.example', purpose: 'address-code' });
        const wrong = { parameters: { proof: id }, body: { code: otherThan(code) } };
        expect(await desk.refuses('proveAddress', wrong, token)).toMatchObject({
          code: 'Desk_CodeWrong',
          triesLeft: 4,
        });
        await start(desk, card.cardId, 'ada.new@ward.example');

        const right = { parameters: { proof: id }, body: { code: code ?? '' } };
        const person = await desk.does('proveAddress', right, token);
        expect(person.addresses).toContainEqual({ kind: 'email', masked: 'a…@w….example' });
        expect(await desk.refuses('proveAddress', right, token)).toMatchObject({ code: 'Desk_Over' });
        await start(desk, card.cardId, 'ada.new@ward.example');
        expect(await desk.email.message(0, 'unlock-code')).toMatchObject({ to: 'ada.new@ward.example' });
        expect(desk.email.sent.map(({ purpose }) => purpose).toSorted()).toEqual([
          'address-changed',
          'address-code',
          'unlock-code',
        ]);
      });

      test('a mobile number, by text message', async () => {
        const { desk } = await blockedCard();
        const { token } = await signedInRa(desk);
        const { identityCheck } = await checkIdentity(desk, token);
        const { id } = await desk.does('addAddress', { body: { identityCheck, address: '07700 900 999' } }, token);
        const { code } = await desk.mobile.message(0);
        const person = await desk.does(
          'proveAddress',
          { parameters: { proof: id }, body: { code: code ?? '' } },
          token,
        );
        expect(person.addresses).toContainEqual({ kind: 'mobile', masked: '… 999' });
      });

      test('five tries, 15 minutes, no more messages than the limit, and only with a check', async () => {
        const { desk } = await blockedCard({ settings: { limits: { messagesToAddress: { count: 3 } } } });
        const { token } = await signedInRa(desk);
        const { identityCheck } = await checkIdentity(desk, token);
        const add = { body: { identityCheck, address: 'ada.new@ward.example' } };
        const first = await desk.does('addAddress', add, token);
        const { code } = await desk.email.message(0);
        const type = (proof: string, typed: string) =>
          desk.call('proveAddress', { parameters: { proof }, body: { code: typed } }, token);
        for (let i = 0; i < 5; i++) await type(first.id, otherThan(code));
        expect(await type(first.id, code ?? '')).toMatchObject({ ok: false, problem: { code: 'Desk_Over' } });

        const second = await desk.does('addAddress', add, token);
        const { code: secondCode } = await desk.email.message(1);
        desk.pass(14 * 60_000);
        await desk.does('findPeople', { query: { find: 'ada' } }, token);
        desk.pass(60_000);
        expect(await type(second.id, secondCode ?? '')).toMatchObject({ ok: false, problem: { code: 'Desk_Over' } });
        await desk.does('addAddress', add, token);
        const results = [];
        for (let i = 0; i < 3; i++) results.push(await desk.call('addAddress', add, token));
        expect(results.at(-1)).toMatchObject({ ok: false, problem: { code: 'Desk_TooMany' } });
        const unchecked = { body: { ...add.body, identityCheck: '00000000-0000-4000-8000-000000000000' } };
        expect(await desk.refuses('addAddress', unchecked, token)).toMatchObject({ code: 'Desk_NotFound' });
        const nonsense = { body: { ...add.body, address: 'ada' } };
        expect(await desk.refuses('addAddress', nonsense, token)).toMatchObject({ code: 'Desk_AddressNotUsable' });
      });
    });

    describe('a browser is signed in by a hand-over', () => {
      const take = (desk: DeskUnderTest, handOver: string) => desk.call('takeHandOver', { body: { handOver } });
      const refused = { ok: false, problem: { code: 'Desk_SignIn' } };

      test('once: when it comes again, the session that it has opened ends', async () => {
        const { desk } = await blockedCard();
        const { card, token } = await signedInRa(desk);
        const handOver = await card.handOver(desk);
        const session = await desk.does('takeHandOver', { body: { handOver } });
        expect(session.name).toBe(RA.name);
        const find = { query: { find: 'ada' } };
        await desk.does('findPeople', find, session.token);
        expect(await take(desk, handOver)).toMatchObject(refused);
        expect(await desk.refuses('findPeople', find, session.token)).toMatchObject({ code: 'Desk_SignIn' });
        await desk.does('findPeople', find, token);
        const events = (await desk.audit()).map(({ event }) => event);
        expect(events).toEqual(expect.arrayContaining(['ra-handed-over', 'ra-hand-over-again']));
      });

      test('of two browsers at the same moment one at most is signed in', async () => {
        const { desk } = await blockedCard();
        const { card } = await signedInRa(desk);
        const handOver = await card.handOver(desk);
        const results = await Promise.all([take(desk, handOver), take(desk, handOver)]);
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      });

      test('within a minute, while the card is in use and its owner an RA', async () => {
        const { desk } = await blockedCard();
        const { card } = await signedInRa(desk);
        const late = await card.handOver(desk);
        desk.pass(60_000);
        expect(await take(desk, late)).toMatchObject(refused);
        const lost = await card.handOver(desk);
        await setCardState(desk.desk, card.cardId, 'lost');
        expect(await take(desk, lost)).toMatchObject(refused);
        await setCardState(desk.desk, card.cardId, 'active');
        expect(await take(desk, lost)).toMatchObject(refused);
        const demoted = await card.handOver(desk);
        await savePerson(desk.desk, { ...RA, role: 'user' });
        expect(await take(desk, demoted)).toMatchObject(refused);
        expect(await take(desk, 'A'.repeat(43))).toMatchObject(refused);
      });

      test.each([true, false])('from the address of the agent, if the organisation wants that: %s', async (wanted) => {
        const settings = { trustedProxies: ['127.0.0.1'], browserAtSameAddress: wanted };
        const { desk } = await blockedCard({ settings });
        const { card } = await signedInRa(desk);
        const handOver = await card.handOver(desk);
        const response = await fetch(`${desk.service.address}/v1/ra/browser-sessions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.7' },
          body: JSON.stringify({ handOver }),
        });
        expect(response.status).toBe(wanted ? 401 : 201);
        expect(await take(desk, handOver)).toMatchObject(refused);
      });

      test('a signature for a session is none for a hand-over, and the other way round', async () => {
        const { desk } = await blockedCard();
        const { card } = await signedInRa(desk);
        const forSession = await card.signInProof(desk, signInProofText);
        expect(await desk.refuses('handOver', { body: forSession })).toMatchObject({ code: 'Desk_SignIn' });
        const forBrowser = await card.signInProof(desk, handOverProofText);
        expect(await desk.refuses('signIn', { body: forBrowser })).toMatchObject({ code: 'Desk_SignIn' });
      });
    });

    test('a journey of one kind is none of the other: an assisted one has no code', async () => {
      const { desk, card } = await blockedCard();
      const ticket = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
      expect(await desk.refuses('checkCode', ask(ticket, { code: '000000' }), ticket.token)).toMatchObject({
        code: 'Desk_OutOfOrder',
      });
    });
  });
}
