import * as v from 'valibot';
import { handOverProofText } from '../../../../src/core/card-desk/proofs.ts';
import type { DeskAnswer, DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import { type Desk, done, type Outcome, refused } from '../desk.ts';
import { audit } from '../store/audit-chain.ts';
import { column, one, type Sql } from '../store/database.ts';
import { hashOfToken, newToken } from '../unlock/bearer-token.ts';
import type { FromSource } from '../unlock/start-unlock.ts';
import { openSession, provenRa } from './ra-sign-in.ts';

/**
 * An RA's sign-in on its way from the agent, which has the card, to a browser, which has the page: a token in the fragment of
 * an address. It is short-lived, works once and from one address, and shows when somebody else was quicker.
 */

/** A browser starts within that, on an old machine too. */
const HAND_OVER_MS = 60_000;

export async function handOver(
  desk: Desk,
  { body }: DeskRequest<'handOver'>,
  { source }: FromSource,
): Promise<Outcome<DeskAnswer<'handOver'>>> {
  const now = desk.now();
  return await desk.database.transaction(async (sql): Promise<Outcome<DeskAnswer<'handOver'>>> => {
    const ra = await provenRa(desk, sql, body, source, handOverProofText);
    if (ra === null) return refused('Desk_SignIn');
    const { token, hash } = newToken();
    const expiresAt = new Date(now.getTime() + HAND_OVER_MS);
    await sql.run(
      'insert into ra_hand_overs (token_hash, person_id, card_id, source, expires_at) values ($1, $2, $3, $4, $5)',
      [hash, ra.person_id, ra.card_id, placeOf(desk, source), expiresAt],
    );
    await audit(sql, now, { event: 'ra-handed-over', ra: ra.person_id, card: ra.card_id });
    return done({ handOver: token, expiresAt: expiresAt.toISOString() });
  });
}

const HandOverSchema = v.object({
  person_id: column.text,
  card_id: column.text,
  source: column.octets,
  expires_at: column.moment,
  session_hash: column.maybe(column.octets),
  name: column.text,
  state: column.text,
  role: column.text,
});

export async function takeHandOver(
  desk: Desk,
  { body }: DeskRequest<'takeHandOver'>,
  { source }: FromSource,
): Promise<Outcome<DeskAnswer<'takeHandOver'>>> {
  const now = desk.now();
  const hash = hashOfToken(body.handOver);
  return await desk.database.transaction(async (sql): Promise<Outcome<DeskAnswer<'takeHandOver'>>> => {
    const found = await lockHandOver(sql, hash);
    if (found === null) return refused('Desk_SignIn');
    const told = { ra: found.person_id, card: found.card_id };
    if (found.session_hash !== null) {
      // Whoever came first may not have been the RA.
      await sql.run('delete from ra_sessions where token_hash = $1', [found.session_hash]);
      await audit(sql, now, { event: 'ra-hand-over-again', ...told });
      return refused('Desk_SignIn');
    }
    const elsewhere = desk.settings.browserAtSameAddress && !Buffer.from(found.source).equals(placeOf(desk, source));
    const allowed = found.state === 'active' && found.role === 'ra';
    if (elsewhere || !allowed || now >= found.expires_at) {
      await sql.run('delete from ra_hand_overs where token_hash = $1', [hash]);
      const why = elsewhere ? 'another address' : allowed ? 'too late' : 'not an RA';
      await audit(sql, now, { event: 'ra-sign-in-refused', ...told, why });
      return refused('Desk_SignIn');
    }
    return done(await openSession(sql, found, now, hash));
  });
}

async function lockHandOver(sql: Sql, hash: Uint8Array) {
  return one(
    await sql.rows(
      HandOverSchema,
      `select ra_hand_overs.person_id, card_id, source, ra_hand_overs.expires_at, session_hash, people.name, cards.state, people.role
       from ra_hand_overs join people on people.id = ra_hand_overs.person_id
         join cards on cards.id = card_id and cards.person_id = ra_hand_overs.person_id
       where token_hash = $1 for update of ra_hand_overs`,
      [hash],
    ),
  );
}

const placeOf = (desk: Desk, source: string): Buffer => desk.ring().pseudonym('browserAtSameAddress', source);
