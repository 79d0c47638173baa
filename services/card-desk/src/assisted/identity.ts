import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { DeskAnswer, DeskOperationName, DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import { type Desk, done, type Outcome, refused } from '../desk.ts';
import { withinLimits } from '../limits.ts';
import { doOnce } from '../store/answered.ts';
import { audit } from '../store/audit-chain.ts';
import { findCard } from '../store/cards.ts';
import { column, one, type Sql } from '../store/database.ts';
import { describePeople, findPerson, searchPeople } from '../store/people.ts';
import { raSession, type SignedInRa } from './ra-sign-in.ts';

/** What an RA does with a person who is present: find, check, authorise. */

const CHECK_MS = 30 * 60_000;
const AUTHORISATION_MS = 15 * 60_000;

export type ByRa = { readonly token: string };
/** @property key the idempotency key, or null */
export type ByRaWithKey = ByRa & { readonly key: string | null };

/** Runs `work` for the RA of the session. */
export async function asRa<Answer>(
  desk: Desk,
  token: string,
  work: (sql: Sql, ra: SignedInRa, now: Date) => Promise<Outcome<Answer>>,
): Promise<Outcome<Answer>> {
  const now = desk.now();
  return await desk.database.transaction(async (sql) => {
    const ra = await raSession(sql, token, now);
    return ra === null ? refused('Desk_SignIn') : await work(sql, ra, now);
  });
}

/** {@link asRa} for all requests with the same key once. */
export async function onceAsRa<Name extends DeskOperationName>(
  desk: Desk,
  { operation, asked }: { readonly operation: Name; readonly asked: unknown },
  { token, key }: ByRaWithKey,
  work: (sql: Sql, ra: SignedInRa, now: Date) => Promise<Outcome<DeskAnswer<Name>>>,
): Promise<Outcome<DeskAnswer<Name>>> {
  return await asRa(desk, token, (sql, ra, now) =>
    doOnce(desk, sql, { operation, key, by: ra.id, asked }, () => work(sql, ra, now)),
  );
}

export async function findPeople(
  desk: Desk,
  { query }: DeskRequest<'findPeople'>,
  { token }: ByRa,
): Promise<Outcome<DeskAnswer<'findPeople'>>> {
  const ra = await asRa(desk, token, async (sql, { id }) => {
    // All that this one writes is when the session was last used: nobody waits for a disk for it.
    await sql.run('set local synchronous_commit = off');
    return done(id);
  });
  if (!ra.ok) return ra;
  const limited = await withinLimits(desk, [{ limit: 'searchesOfRa', of: ra.answer }]);
  if (!limited.ok) return limited;
  return await desk.database.transaction(async (sql) => {
    const people = await describePeople(sql, desk.ring(), await searchPeople(sql, query.find));
    await audit(sql, desk.now(), { event: 'people-searched', ra: ra.answer, found: people.length });
    return done({ people });
  });
}

export async function checkIdentity(
  desk: Desk,
  { body }: DeskRequest<'checkIdentity'>,
  caller: ByRaWithKey,
): Promise<Outcome<DeskAnswer<'checkIdentity'>>> {
  return await onceAsRa(desk, { operation: 'checkIdentity', asked: body }, caller, async (sql, ra, now) => {
    const person = await findPerson(sql, body.person);
    if (person === null) return refused('Desk_NotFound');
    // Nobody vouches for themselves.
    if (person.id === ra.id) return refused('Desk_NotAllowed');
    const id = randomUUID();
    const expiresAt = new Date(now.getTime() + CHECK_MS);
    await sql.run(
      'insert into identity_checks (id, person_id, ra_id, evidence, expires_at) values ($1, $2, $3, $4, $5)',
      [id, person.id, ra.id, body.evidence, expiresAt],
    );
    await audit(sql, now, {
      event: 'identity-checked',
      check: id,
      person: person.id,
      ra: ra.id,
      evidence: body.evidence,
    });
    return done({ id, expiresAt: expiresAt.toISOString() });
  });
}

const CheckSchema = v.object({ person_id: column.text, ra_id: column.text, expires_at: column.moment });

/** The person of a check that this RA has made and that is still good. */
export async function checkedPerson(sql: Sql, check: string, ra: SignedInRa, now: Date): Promise<string | null> {
  const text = 'select person_id, ra_id, expires_at from identity_checks where id = $1';
  const found = one(await sql.rows(CheckSchema, text, [check]));
  return found !== null && found.ra_id === ra.id && now < found.expires_at ? found.person_id : null;
}

export async function authorise(
  desk: Desk,
  { body }: DeskRequest<'authorise'>,
  caller: ByRaWithKey,
): Promise<Outcome<DeskAnswer<'authorise'>>> {
  return await onceAsRa(desk, { operation: 'authorise', asked: body }, caller, async (sql, ra, now) => {
    const person = await checkedPerson(sql, body.identityCheck, ra, now);
    const card = await findCard(sql, body.cardId);
    if (person === null || card === null) return refused('Desk_NotFound');
    if (card.person_id !== person || card.state !== 'active') return refused('Desk_NotAllowed');
    const id = randomUUID();
    const expiresAt = new Date(now.getTime() + AUTHORISATION_MS);
    await sql.run(
      `insert into authorisations (id, card_id, identity_check_id, ra_id, ra_card_id, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [id, card.id, body.identityCheck, ra.id, ra.card_id, expiresAt],
    );
    await audit(sql, now, {
      event: 'unlock-authorised',
      authorisation: id,
      check: body.identityCheck,
      card: card.id,
      person,
      ra: ra.id,
    });
    return done({ id, expiresAt: expiresAt.toISOString() });
  });
}
