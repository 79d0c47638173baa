import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  enrolCard,
  savePerson,
  setCardState,
  setOwner,
  settleCode,
} from '../../../services/card-desk/src/administration.ts';
import { healthOf } from '../../../services/card-desk/src/http/health.ts';
import { newKeyLine, parseKeyRing } from '../../../services/card-desk/src/secrets/key-ring.ts';
import { readAudit } from '../../../services/card-desk/src/store/audit-chain.ts';
import { openCardSecret, saveCardSecret, stuckCards } from '../../../services/card-desk/src/store/cards.ts';
import { type Database, DatabaseUnavailable } from '../../../services/card-desk/src/store/database.ts';
import { checkKeys, keyUses } from '../../../services/card-desk/src/store/key-checks.ts';
import { rotateKeys } from '../../../services/card-desk/src/store/key-rotation.ts';
import { migrate, ownMigrations } from '../../../services/card-desk/src/store/migrations.ts';
import { sweep } from '../../../services/card-desk/src/sweeper.ts';
import { ask, CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, PERSON, someCardId } from '../../rig/card-desk.ts';
import { foreignCertificate } from '../../rig/foreign-certificate.ts';
import { stage, start, startAndType } from './stage.ts';

/** What the desk keeps: keys, the audit chain, tables, and what the organisation's staff put in. */
export function keepingSuite(under: DatabaseUnderTest): void {
  describe(`keeping on ${under.name}`, () => {
    const { blockedCard, database, openDesk } = stage(under);

    describe('keys', () => {
      test('are rotated while journeys go on; the old one is then of no use', async () => {
        const old = newKeyLine('old');
        const both = `${newKeyLine('new')}\n${old}`;
        const { desk, card } = await blockedCard({ keys: old });
        const ticket = await start(desk, card.cardId);
        const { code } = await desk.email.message(0);

        await desk.service.reload(parseKeyRing(both));
        const rotated = await rotateKeys(desk.desk.database, desk.desk.ring(), desk.desk.now);
        expect(rotated.secrets).toBeGreaterThanOrEqual(4);
        expect(rotated.unopened).toEqual([]);
        const uses = async (id: string) =>
          (await keyUses(desk.desk.database, desk.desk.ring())).find((each) => each.id === id)?.uses;
        // The hash of the code that is under way.
        expect(await uses('old')).toBe(1);
        await desk.does('checkCode', ask(ticket, { code: code ?? '' }), ticket.token);
        expect(await uses('old')).toBe(0);

        const only = parseKeyRing(both.split('\n')[0] ?? '');
        await desk.service.reload(only);
        expect(await card.unlock(desk, ticket, '135792')).toMatchObject({ phase: 'unlocked' });
        expect((await desk.audit()).some(({ event, key }) => event === 'keys-rotated' && key === 'new')).toBe(true);
        expect(await rotateKeys(desk.desk.database, only, desk.desk.now)).toEqual({ secrets: 0, unopened: [] });
      });

      test('are rotated past a secret that was tampered with, which is told', async () => {
        const old = newKeyLine('old');
        const { desk, card } = await blockedCard({ keys: old });
        // More than one batch, with the spoilt one in the first.
        await desk.desk.database.transaction(async (sql) => {
          await sql.run(
            `insert into cards (id, state, puk_condition, enrolled_at)
             select lpad(to_hex(n), 32, '0'), 'withdrawn', 'settled', now() from generate_series(1, 700) as n`,
          );
          for (let n = 1; n <= 700; n += 1) {
            const octets = Buffer.from('31323334', 'hex');
            await saveCardSecret(sql, desk.desk.ring(), n.toString(16).padStart(32, '0'), 'puk', octets);
          }
          await sql.run("update card_secrets set sealed = sealed || '\\x00' where card_id = $1", [
            '3'.padStart(32, '0'),
          ]);
        });
        await desk.service.reload(parseKeyRing(`${newKeyLine('new')}\n${old}`));
        const rotate = () => rotateKeys(desk.desk.database, desk.desk.ring(), desk.desk.now);
        const spoilt = { table: 'card_secrets', first: '3'.padStart(32, '0'), second: 'puk' };
        const { secrets, unopened } = await rotate();
        expect(secrets).toBeGreaterThanOrEqual(700);
        expect(unopened).toEqual([spoilt]);
        expect(await rotate()).toEqual({ secrets: 0, unopened: [spoilt] });
        expect((await desk.audit()).at(-1)).toMatchObject({ event: 'keys-rotated', secrets: 0, unopened: 1 });
        expect(await card.unlock(desk, await startAndType(desk, card.cardId), '135792')).toMatchObject({
          phase: 'unlocked',
        });
      });

      test('what was tampered with is put right by those who know it, and the old key is then of no use', async () => {
        const old = newKeyLine('old');
        const { desk, card } = await blockedCard({ keys: old });
        const { adminKey } = card.enrolment(PERSON.userId);
        const secretOf = (kind: 'former-puk' | 'admin-key') =>
          desk.desk.database.transaction((sql) => openCardSecret(sql, desk.desk.ring(), card.cardId, kind));
        await desk.desk.database.transaction(async (sql) => {
          await saveCardSecret(sql, desk.desk.ring(), card.cardId, 'former-puk', Buffer.from('31323334', 'hex'));
          await saveCardSecret(sql, desk.desk.ring(), card.cardId, 'admin-key', Buffer.alloc(24, 1));
          await sql.run("update card_secrets set sealed = sealed || '\\x00'");
          await sql.run("update addresses set sealed = sealed || '\\x00'");
        });
        // Nobody is reached by such an address, and nothing falls over.
        await start(desk, card.cardId);
        const line = `${newKeyLine('new')}\n${old}`;
        await desk.service.reload(parseKeyRing(line));
        const rotate = async () => (await rotateKeys(desk.desk.database, desk.desk.ring(), desk.desk.now)).unopened;
        expect((await rotate()).map(({ second }) => second).toSorted()).toEqual([
          'admin-key',
          'email',
          'former-puk',
          'mobile',
          'puk',
        ]);
        expect(desk.email.sent).toEqual([]);

        const { cardId } = card;
        await settleCode(desk.desk, { cardId, former: false });
        expect(await secretOf('former-puk')).toBeNull();
        await expect(settleCode(desk.desk, { cardId, adminKey: { ...adminKey, hex: '00' } })).rejects.toThrow(
          'adminKey.hex',
        );
        await settleCode(desk.desk, { cardId, adminKey });
        expect((await secretOf('admin-key'))?.toString('hex')).toBe(adminKey.hex.toLowerCase());
        await settleCode(desk.desk, { cardId, puk: card.puk });
        // The first of them while the other still does not open.
        await savePerson(desk.desk, { ...PERSON, mobile: undefined });
        await savePerson(desk.desk, PERSON);
        desk.pass(16 * 60_000);
        await sweep(desk.desk);
        expect(await rotate()).toEqual([]);
        await desk.service.reload(parseKeyRing(line.split('\n')[0] ?? ''));
        expect((await keyUses(desk.desk.database, desk.desk.ring())).find(({ id }) => id === 'old')?.uses ?? 0).toBe(0);
        expect(await card.unlock(desk, await startAndType(desk, card.cardId), '135792')).toMatchObject({
          phase: 'unlocked',
        });
      });

      test('that are missing or others under the same name are noticed before anything is written', async () => {
        const { desk } = await blockedCard({ keys: newKeyLine('first') });
        const check = (keys: string) => checkKeys(desk.desk.database, parseKeyRing(keys), new Date());
        await expect(check(newKeyLine('second'))).rejects.toThrow('the key first is still in use');
        await expect(check(newKeyLine('first'))).rejects.toThrow('not the one that this database knows by that id');
      });

      test('open nothing that was moved elsewhere in the database', async () => {
        const { desk, card } = await blockedCard();
        const other = await CardAtDesk.issue();
        await desk.enrolCard(other.enrolment(PERSON.userId));
        await desk.desk.database.transaction((sql) =>
          sql.run(
            `update card_secrets set sealed = (select sealed from card_secrets where card_id = $2 and kind = 'puk')
             where card_id = $1 and kind = 'puk'`,
            [card.cardId, other.cardId],
          ),
        );
        const { result } = await card.prove(desk, await startAndType(desk, card.cardId));
        expect(result).toMatchObject({ ok: false, problem: { code: 'Desk_Internal' } });
        expect(desk.log.some(({ event, code }) => event === 'failure' && code === 'KeyRingError')).toBe(true);
      });
    });

    test('a proof key that somebody puts into the database opens no code', async () => {
      const { desk, card } = await blockedCard();
      const other = await CardAtDesk.issue();
      const ticket = await startAndType(desk, card.cardId);
      const spki = other.certificate('9e').publicKey.export({ type: 'spki', format: 'der' });
      await desk.desk.database.transaction((sql) =>
        sql.run('update cards set proof_key = $2 where id = $1', [card.cardId, spki]),
      );
      const { result } = await other.prove(desk, ticket, card);
      expect(result).toMatchObject({ ok: false, problem: { code: 'Desk_Internal' } });
      expect(desk.log.some(({ event, code }) => event === 'failure' && code === 'KeyRingError')).toBe(true);
    });

    describe('the audit chain', () => {
      async function chain() {
        const { desk, card } = await blockedCard();
        await card.unlock(desk, await startAndType(desk, card.cardId), '135792');
        await desk.email.message(1);
        await expect
          .poll(async () => (await desk.audit()).filter(({ event }) => event === 'message-sent'))
          .toHaveLength(3);
        const verdict = await readAudit(desk.desk.database);
        if (!verdict.whole) throw new Error(verdict.why);
        const change = (text: string) => desk.desk.database.transaction((sql) => sql.run(text));
        return {
          desk,
          verdict,
          change,
          judge: (kept?: string) => readAudit(desk.desk.database, () => undefined, kept),
        };
      }

      const changes = [
        [
          'an entry is changed',
          `update audit set body = replace(body, '"unlocked"', '"locked"') where body like '%"unlocked"%'`,
        ],
        ['an entry is taken out', 'delete from audit where seq = 3'],
        ['the last entries are taken out', 'delete from audit where seq > 4'],
        ['two entries change places', 'update audit set seq = -seq where seq in (3, 4); '],
        ['the head is set back', 'update audit_head set seq = 2'],
      ] as const;
      test.each(changes)('is found broken where %s', async (_, text) => {
        const { change, judge } = await chain();
        expect(await judge()).toMatchObject({ whole: true });
        await change(text);
        expect(await judge()).toMatchObject({ whole: false });
      });

      test('made anew from some entry on is whole in itself, and does not hold the hash that was kept', async () => {
        const { change, judge, verdict } = await chain();
        await change(`delete from audit where seq > 4`);
        await change(`update audit_head set seq = 4, hash = (select hash from audit where seq = 4)`);
        expect(await judge()).toMatchObject({ whole: true });
        expect(await judge(verdict.head)).toMatchObject({ whole: false, why: 'the hash that was kept is not in it' });
      });

      test('stays whole under many writers at once', async () => {
        const { desk } = await blockedCard({ settings: { limits: { startsOfSource: { count: 1000 } } } });
        await Promise.all(Array.from({ length: 40 }, () => start(desk, someCardId())));
        const started = (await desk.audit()).filter(({ event }) => event === 'unlock-started');
        expect(started).toHaveLength(40);
      });
    });

    test('a journey that nobody goes on with is ended and recorded; what is of no use is forgotten', async () => {
      const { desk, card } = await blockedCard();
      await start(desk, card.cardId);
      await desk.does('signInChallenge', { body: {} });
      await desk.email.message(0);
      expect(await sweep(desk.desk)).toBe(0);
      desk.pass(15 * 60_000);
      expect(await sweep(desk.desk)).toBe(1);
      expect((await desk.audit()).some(({ event, why }) => event === 'unlock-failed' && why === 'expired')).toBe(true);
      desk.pass(48 * 60 * 60_000);
      await sweep(desk.desk);
      const v = await import('valibot');
      for (const table of ['rate_limits', 'sign_in_challenges', 'messages']) {
        const rows = await desk.desk.database.transaction((sql) => sql.rows(v.unknown(), `select 1 from ${table}`));
        expect(rows, table).toEqual([]);
      }
    });

    describe('migrations', () => {
      test('are applied once, also by several that start at once', async () => {
        const open = await database();
        const databases = [await open(), await open()];
        expect(await Promise.all(databases.map((each) => migrate(each)))).toEqual([[], []]);
        const extra = { version: 9001, name: '9001-extra', text: 'create table extra (id integer)' };
        const applied = await Promise.all(databases.map((each) => migrate(each, [...ownMigrations(), extra])));
        expect(applied.flat()).toEqual(['9001-extra']);
        const [first] = databases;
        if (first === undefined) throw new Error('no database');
        await expect(migrate(first)).rejects.toThrow('later card desk');
        await expect(migrate(first, [...ownMigrations(), { ...extra, text: 'select 1' }])).rejects.toThrow(
          'another form',
        );
        for (const each of databases) await each.close();
      });

      test('that fail leave nothing behind', async () => {
        const open = await database();
        const opened = await open();
        const broken = {
          version: 9001,
          name: '9001-broken',
          text: 'create table half (id integer); select nothing from nowhere',
        };
        await expect(migrate(opened, [...ownMigrations(), broken])).rejects.toThrow();
        expect(await migrate(opened)).toEqual([]);
        await expect(opened.transaction((sql) => sql.run('select 1 from half'))).rejects.toThrow();
        await opened.close();
      });
    });

    describe('what staff put in', () => {
      test('is judged, and what is wrong with it told without repeating it', async () => {
        const desk = await openDesk();
        const card = (await CardAtDesk.issue()).enrolment(null) as Record<string, unknown>;
        const wrong: Array<[object, string]> = [
          [{ ...card, puk: '123456789secret' }, 'not understood: puk'],
          [{ ...card, adminKey: { algorithm: 'aes-128', hex: 'ab' } }, 'not understood: adminKey.hex'],
          [{ ...card, certificates: { '9E': 'AAAA' } }, 'not understood: certificates.9E'],
          [{ ...card, owner: 'nobody' }, 'there is no person with that user id'],
          [{ ...card, adminKey: null, certificates: {} }, 'could never prove itself'],
          [{ ...card, cardId: 'x' }, 'not understood: cardId'],
        ];
        for (const [input, why] of wrong) await expect(enrolCard(desk.desk, input)).rejects.toThrow(why);
        const foreign = (await foreignCertificate()).toString('base64');
        for (const slot of ['9A', '9E']) {
          const input = { ...card, certificates: { ...Object(card.certificates), [slot]: foreign } };
          const why = `the key of the certificate ${slot} is of a kind that no card signs by`;
          await expect(enrolCard(desk.desk, input)).rejects.toThrow(why);
        }
        for (const input of [
          { ...PERSON, name: 'Ada\0' },
          { ...PERSON, userId: '5\u00005' },
        ]) {
          await expect(savePerson(desk.desk, input)).rejects.toThrow('not understood');
        }
        await expect(enrolCard(desk.desk, { ...card, serial: 'S\0' })).rejects.toThrow('not understood: serial');
        await enrolCard(desk.desk, card);
        await expect(enrolCard(desk.desk, card)).rejects.toThrow('enrolled already');
        await expect(savePerson(desk.desk, { ...PERSON, email: 'secret' })).rejects.toThrow('not understood: email');
        await expect(setOwner(desk.desk, someCardId(), null)).rejects.toThrow('not enrolled');
        await expect(setCardState(desk.desk, someCardId(), 'lost')).rejects.toThrow('not enrolled');
      });

      test('a person who is saved again keeps what is left out', async () => {
        const { desk, card } = await blockedCard();
        await savePerson(desk.desk, { userId: PERSON.userId, name: 'Ada Okafor' });
        await start(desk, card.cardId);
        expect(await desk.email.message(0)).toMatchObject({ to: PERSON.email });
        await savePerson(desk.desk, { userId: PERSON.userId, name: 'Ada Okafor', email: null });
        const before = desk.email.sent.length;
        await start(desk, card.cardId);
        await start(desk, card.cardId, PERSON.mobile);
        await desk.mobile.message(0);
        expect(desk.email.sent).toHaveLength(before);
      });

      test('a card with a PUK that is no text is unlocked too', async () => {
        const desk = await openDesk();
        await desk.enrolPerson();
        const puk = randomBytes(8);
        const card = await CardAtDesk.issue({ puk: puk.toString('latin1') });
        await desk.enrolCard({ ...card.enrolment(PERSON.userId), puk: `hex:${puk.toString('hex')}` });
        await card.block();
        expect(await card.unlock(desk, await startAndType(desk, card.cardId), '135792')).toMatchObject({
          phase: 'unlocked',
        });
      });
    });

    describe('a card whose code is released to nobody any more', () => {
      /** Two releases that nobody has reported, out of time. */
      async function stuck() {
        const { desk, card } = await blockedCard();
        for (let i = 0; i < 3; i++) {
          const ticket = await startAndType(desk, card.cardId);
          await card.prove(desk, ticket);
          desk.pass(16 * 60_000);
        }
        const ids = async () => {
          const found = await desk.desk.database.transaction((sql) => stuckCards(sql, 10));
          return found.map(({ id }) => id);
        };
        expect(await ids()).toEqual([card.cardId]);
        return { desk, card, ids };
      }

      test('is settled by the tries that it was seen to have left', async () => {
        const { desk, card, ids } = await stuck();
        await settleCode(desk.desk, { cardId: card.cardId, triesLeft: 3 });
        expect(await ids()).toEqual([]);
        expect(await card.unlock(desk, await startAndType(desk, card.cardId), '135792')).toMatchObject({
          phase: 'unlocked',
        });
        expect(await desk.audit()).toContainEqual(
          expect.objectContaining({ event: 'code-settled', card: card.cardId, by: 'tries', was: 'unproven' }),
        );
      });

      test('is settled by the code that an agent had and said it had not used', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        const tell = async (attempt: number, body: { result: 'untouched' } | { result: 'wrong'; triesLeft: number }) =>
          await desk.does(
            'report',
            { parameters: { unlock: ticket.unlock.id, attempt: `${attempt}` }, body },
            ticket.token,
          );
        const { result, privateKey } = await card.prove(desk, ticket);
        if (!result.ok) throw new Error(result.problem.code);
        await card.perform(result.answer.release, privateKey, ticket.unlock.id, '135792');
        await tell(1, { result: 'untouched' });
        await card.prove(desk, ticket);
        await tell(2, { result: 'wrong', triesLeft: 2 });
        const stuckNow = await desk.desk.database.transaction((sql) => stuckCards(sql, 10));
        expect(stuckNow).toMatchObject([{ id: card.cardId, puk_condition: 'lost', has_former: true }]);
        await settleCode(desk.desk, { cardId: card.cardId, former: true, triesLeft: 2 });
        await card.block();
        expect(await card.unlock(desk, await startAndType(desk, card.cardId), '246813')).toMatchObject({
          phase: 'unlocked',
        });
        const former = desk.desk.database.transaction((sql) =>
          openCardSecret(sql, desk.desk.ring(), card.cardId, 'former-puk'),
        );
        expect(await former).toBeNull();
        const again = settleCode(desk.desk, { cardId: card.cardId, former: true, triesLeft: 2 });
        await expect(again).rejects.toThrow('no former code');
      });

      test('is not offered a code that it has proven false, and keeps the one that was perhaps used', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        const tell = async (attempt: number, body: object) =>
          await desk.does(
            'report',
            { parameters: { unlock: ticket.unlock.id, attempt: `${attempt}` }, body: body as { result: 'untouched' } },
            ticket.token,
          );
        const former = () =>
          desk.desk.database.transaction((sql) =>
            openCardSecret(sql, desk.desk.ring(), card.cardId, 'former-puk').then((code) => code?.toString() ?? null),
          );
        // Said untouched: that code is kept.
        await card.prove(desk, ticket);
        await tell(1, { result: 'untouched' });
        const kept = await former();
        expect(kept).toMatch(/^\d{8}$/);
        // Not known, and then its code proven false by the card: that one is not, and does not take its place.
        await card.prove(desk, ticket);
        await tell(2, { result: 'not-known' });
        await card.prove(desk, ticket);
        await tell(3, { result: 'wrong', triesLeft: null });
        expect(await former()).toBe(kept);
      });

      test('is settled by the code that it was given anew, and earlier journeys have no say about it', async () => {
        const { desk, card } = await blockedCard();
        const ticket = await startAndType(desk, card.cardId);
        const { result } = await card.prove(desk, ticket);
        expect(result.ok).toBe(true);
        await expect(settleCode(desk.desk, { cardId: card.cardId, puk: card.puk })).rejects.toThrow(
          'settle it after that',
        );
        desk.pass(16 * 60_000);
        const fresh = await CardAtDesk.issue({ puk: '11223344', guid: Buffer.from(card.cardId, 'hex') });
        await settleCode(desk.desk, { cardId: card.cardId, puk: fresh.puk });
        const parameters = { unlock: ticket.unlock.id, attempt: '1' };
        const problem = await desk.refuses('report', { parameters, body: { result: 'changed' } }, ticket.token);
        expect(problem.code).toBe('Desk_OutOfOrder');
        const later = await startAndType(desk, card.cardId);
        const proven = await card.prove(desk, later);
        if (!proven.result.ok) throw new Error(proven.result.problem.code);
        await fresh.block();
        expect(
          await fresh.perform(proven.result.answer.release, proven.privateKey, later.unlock.id, '135792'),
        ).toMatchObject({ result: 'changed' });
      });

      test('needs a code where it took none of those that are known', async () => {
        const { desk } = await blockedCard();
        const other = await CardAtDesk.issue({ puk: '11112222' });
        await desk.enrolCard(other.enrolment(PERSON.userId));
        await other.block();
        await other.unlock(desk, await startAndType(desk, other.cardId), '135792');
        await expect(settleCode(desk.desk, { cardId: other.cardId, triesLeft: 2 })).rejects.toThrow('needs another');
        await expect(settleCode(desk.desk, { cardId: other.cardId, puk: '1' })).rejects.toThrow('not understood');
        await settleCode(desk.desk, { cardId: other.cardId, puk: '11112222' });
        expect(await other.unlock(desk, await startAndType(desk, other.cardId), '135792')).toMatchObject({
          phase: 'unlocked',
        });
        await expect(settleCode(desk.desk, { cardId: someCardId(), puk: '11112222' })).rejects.toThrow('not enrolled');
      });
    });

    test('whether the database answers is asked once a second, however many want to know', async () => {
      const open = await database();
      const opened = await open();
      let clock = 0;
      let asked = 0;
      let fails = false;
      const counted: Database = {
        ...opened,
        async transaction(work) {
          asked += 1;
          if (fails) throw new DatabaseUnavailable('gone');
          return await opened.transaction(work);
        },
      };
      const health = healthOf(counted, () => clock);
      await Promise.all(Array.from({ length: 50 }, () => health()));
      clock = 999;
      await health();
      expect(asked).toBe(1);
      clock = 1000;
      fails = true;
      for (let i = 0; i < 3; i++) await expect(health()).rejects.toThrow('gone');
      expect(asked).toBe(2);
      fails = false;
      clock = 2000;
      await health();
      expect(asked).toBe(3);
      await opened.close();
    });

    test('metrics count what happened', async () => {
      const { desk, card } = await blockedCard();
      await card.unlock(desk, await startAndType(desk, card.cardId), '135792');
      const text = await desk.metrics();
      expect(text).toContain('card_desk_journeys_total{kind="self-service",outcome="begun"} 1');
      expect(text).toContain('card_desk_journeys_total{kind="self-service",outcome="unlocked"} 1');
      expect(text).toMatch(/card_desk_requests_total\{operation="startUnlock",status="202"\} 1/);
      expect(text).toMatch(/card_desk_request_seconds_bucket\{operation="report",le="\+Inf"\} 1/);
      expect((await fetch(`${desk.service.operationsAddress}/healthz`)).status).toBe(200);
      expect((await fetch(`${desk.service.address}/healthz`)).status).toBe(200);
      expect((await fetch(`${desk.service.address}/metrics`)).status).toBe(404);
    });
  });
}
