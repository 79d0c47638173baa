import { randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { isSignatureBy } from '../../../../src/core/card/piv/signature.ts';
import { type SignInProof, signInProofText } from '../../../../src/core/card-desk/proofs.ts';
import type { DeskAnswer, DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import { type Desk, done, type Outcome, refused } from '../desk.ts';
import { isToBeRecorded, withinLimits } from '../limits.ts';
import { audit } from '../store/audit-chain.ts';
import { column, one, type Sql } from '../store/database.ts';
import { findPerson, type StoredPerson } from '../store/people.ts';
import { hashOfToken, newToken } from '../unlock/bearer-token.ts';
import { type FromSource, pseudonymOf } from '../unlock/start-unlock.ts';

/**
 * An RA signs in with the authentication key (9A) of the own card, whose certificate was enrolled here: the desk believes the
 * certificates that it has, and no others, so that no authority outside can make an RA.
 */

const CHALLENGE_MS = 2 * 60_000;
const SESSION_MS = 4 * 60 * 60_000;
const IDLE_MS = 15 * 60_000;

export async function signInChallenge(
  desk: Desk,
  { source }: FromSource,
): Promise<Outcome<DeskAnswer<'signInChallenge'>>> {
  const limited = await withinLimits(desk, [{ limit: 'signInsOfSource', of: source }]);
  if (!limited.ok) return limited;
  const id = randomUUID();
  const challenge = randomBytes(32);
  const expiresAt = new Date(desk.now().getTime() + CHALLENGE_MS);
  await desk.database.transaction((sql) =>
    sql.run('insert into sign_in_challenges (id, challenge, expires_at) values ($1, $2, $3)', [
      id,
      challenge,
      expiresAt,
    ]),
  );
  return done({ id, challenge: challenge.toString('hex'), expiresAt: expiresAt.toISOString() });
}

const ChallengeSchema = v.object({ challenge: column.octets, expires_at: column.moment });
const RaCardSchema = v.object({
  card_id: column.text,
  person_id: column.text,
  name: column.text,
  not_before: column.moment,
  not_after: column.moment,
});

export async function signIn(
  desk: Desk,
  { body }: DeskRequest<'signIn'>,
  { source }: FromSource,
): Promise<Outcome<DeskAnswer<'signIn'>>> {
  const now = desk.now();
  return await desk.database.transaction(async (sql): Promise<Outcome<DeskAnswer<'signIn'>>> => {
    const ra = await provenRa(desk, sql, body, source, signInProofText);
    return ra === null ? refused('Desk_SignIn') : done(await openSession(sql, ra, now));
  });
}

export type ProvenRa = { readonly card_id: string; readonly person_id: string; readonly name: string };

/** Who has signed the challenge, which is used up; null, and counted: nobody who may sign in here. */
export async function provenRa(
  desk: Desk,
  sql: Sql,
  body: DeskRequest<'signIn'>['body'],
  source: string,
  textOf: (proof: SignInProof) => Uint8Array,
): Promise<ProvenRa | null> {
  const now = desk.now();
  const der = Buffer.from(body.certificate, 'base64');
  const asked = one(
    await sql.rows(ChallengeSchema, 'delete from sign_in_challenges where id = $1 returning challenge, expires_at', [
      body.challenge,
    ]),
  );
  if (asked === null) {
    // Anybody can make up a challenge: a record of each would hold up everybody else's, and be kept for ever.
    desk.metrics.count('card_desk_sign_ins_refused_total', { why: 'challenge' });
    return null;
  }
  const certificate = certificateOf(der);
  const ra = certificate === null ? null : await raOf(sql, certificate);
  const trusted = now < asked.expires_at && ra !== null && ra.not_before <= now && now < ra.not_after;
  const signed =
    certificate !== null &&
    isSignatureBy(
      certificate.publicKey,
      textOf({
        origin: desk.settings.origin,
        challenge: Buffer.from(asked.challenge).toString('hex'),
        certificate: der,
      }),
      Buffer.from(body.signature, 'base64'),
    );
  if (!trusted || !signed) {
    const why = signed ? 'certificate' : 'signature';
    desk.metrics.count('card_desk_sign_ins_refused_total', { why });
    if (await isToBeRecorded(desk, sql, `sign-in/${why}/${source}`, now)) {
      await audit(sql, now, { event: 'ra-sign-in-refused', source: pseudonymOf(desk, source), why });
    }
    return null;
  }
  return ra;
}

/** The last thing in its transaction. @param byBrowser the hand-over that the session comes from, hashed */
export async function openSession(
  sql: Sql,
  ra: ProvenRa,
  now: Date,
  byBrowser: Uint8Array | null = null,
): Promise<DeskAnswer<'signIn'>> {
  const { token, hash } = newToken();
  const expiresAt = new Date(now.getTime() + SESSION_MS);
  await sql.run(
    'insert into ra_sessions (token_hash, person_id, card_id, last_used_at, expires_at) values ($1, $2, $3, $4, $5)',
    [hash, ra.person_id, ra.card_id, now, expiresAt],
  );
  if (byBrowser !== null) {
    await sql.run('update ra_hand_overs set session_hash = $2 where token_hash = $1', [byBrowser, hash]);
  }
  await audit(sql, now, {
    event: 'ra-signed-in',
    ra: ra.person_id,
    card: ra.card_id,
    in: byBrowser === null ? 'program' : 'browser',
  });
  return { token, expiresAt: expiresAt.toISOString(), name: ra.name };
}

function certificateOf(der: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

async function raOf(sql: Sql, certificate: X509Certificate) {
  const fingerprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex');
  return one(
    await sql.rows(
      RaCardSchema,
      `select cards.id as card_id, people.id as person_id, people.name, not_before, not_after
       from certificates join cards on cards.id = card_id join people on people.id = cards.person_id
       where fingerprint = $1 and slot = '9A' and revoked_at is null and cards.state = 'active' and people.role = 'ra'`,
      [fingerprint],
    ),
  );
}

const SessionSchema = v.object({ person_id: column.text, card_id: column.text });

/** An RA, and the card that they have signed in with. */
export type SignedInRa = StoredPerson & { readonly card_id: string };

/** Who is signed in by this token. The session ends with the card, with the role, and after 15 minutes without a request. */
export async function raSession(sql: Sql, token: string, now: Date): Promise<SignedInRa | null> {
  const found = one(
    await sql.rows(
      SessionSchema,
      `update ra_sessions set last_used_at = $2
       from cards, people
       where token_hash = $1 and expires_at > $2 and last_used_at > $3
         and cards.id = ra_sessions.card_id and cards.state = 'active' and cards.person_id = ra_sessions.person_id
         and people.id = ra_sessions.person_id and people.role = 'ra'
       returning ra_sessions.person_id, ra_sessions.card_id`,
      [hashOfToken(token), now, new Date(now.getTime() - IDLE_MS)],
    ),
  );
  const person = found === null ? null : await findPerson(sql, found.person_id);
  return found === null || person === null ? null : { ...person, card_id: found.card_id };
}

/** Of this card, or of this person: they begin anew, if they may. */
export async function endRaSessions(
  sql: Sql,
  of: { readonly card: string } | { readonly person: string },
): Promise<void> {
  const [where, id] = 'card' in of ? ['card_id', of.card] : ['person_id', of.person];
  for (const table of ['ra_sessions', 'ra_hand_overs']) await sql.run(`delete from ${table} where ${where} = $1`, [id]);
}

export async function signOut(desk: Desk, token: string): Promise<Outcome<null>> {
  const now = desk.now();
  return await desk.database.transaction(async (sql) => {
    const ra = await raSession(sql, token, now);
    if (ra === null) return refused('Desk_SignIn');
    await sql.run('delete from ra_sessions where token_hash = $1', [hashOfToken(token)]);
    await audit(sql, now, { event: 'ra-signed-out', ra: ra.id });
    return done(null);
  });
}
