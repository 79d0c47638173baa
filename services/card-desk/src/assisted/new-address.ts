import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { DeskAnswer, DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import { DESK_LANGUAGES, type Person } from '../../../../src/core/contract/card-desk/shapes.ts';
import { type Desk, done, type Outcome, refused } from '../desk.ts';
import { addressOf } from '../journey/address.ts';
import { CODE_TRIES } from '../journey/journey.ts';
import { tellPerson } from '../messages/tell-person.ts';
import { audit } from '../store/audit-chain.ts';
import { column, one, type Sql } from '../store/database.ts';
import { putMessage } from '../store/outbox.ts';
import { describePerson, holdPerson, saveAddress } from '../store/people.ts';
import { take } from '../store/rate-limits.ts';
import { isCode, newCode } from '../unlock/security-code.ts';
import { asRa, type ByRa, type ByRaWithKey, checkedPerson, onceAsRa } from './identity.ts';

/** An email address or mobile number comes on a profile when the person has read out the code that was sent to it. */

const PROOF_MS = 15 * 60_000;
export const ADDRESS_PROOF_PLACE = (id: string) => `address-proof/${id}`;

export async function addAddress(
  desk: Desk,
  { body }: DeskRequest<'addAddress'>,
  caller: ByRaWithKey,
): Promise<Outcome<DeskAnswer<'addAddress'>>> {
  const address = addressOf(body.address, desk.settings.countryCode);
  const by = address?.kind === 'mobile' ? desk.settings.sms.by : desk.settings.email.by;
  if (address === null || by === 'none') return refused('Desk_AddressNotUsable');
  const outcome = await onceAsRa(desk, { operation: 'addAddress', asked: body }, caller, async (sql, ra, now) => {
    const person = await checkedPerson(sql, body.identityCheck, ra, now);
    if (person === null) return refused('Desk_NotFound');
    const ring = desk.ring();
    const bucket = ring.pseudonym('messagesToAddress', address.value);
    const waitMs = await take(sql, bucket, desk.settings.limits.messagesToAddress, now);
    if (waitMs !== null) return refused('Desk_TooMany', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    const id = randomUUID();
    const code = newCode();
    const expiresAt = new Date(now.getTime() + PROOF_MS);
    const { keyId, octets } = ring.seal(ADDRESS_PROOF_PLACE(id), Buffer.from(address.value));
    await sql.run(
      `insert into address_proofs
         (id, person_id, ra_id, kind, key_id, sealed, code_key_id, code_hash, tries_left, expires_at, language)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        id,
        person,
        ra.id,
        address.kind,
        keyId,
        octets,
        ring.active,
        ring.hashOfCode(ring.active, id, code),
        CODE_TRIES,
        expiresAt,
        body.language,
      ],
    );
    const message = { channel: address.kind, to: address.value, language: body.language, code };
    await putMessage(sql, ring, 'address-code', message, { now, expiresAt });
    await audit(sql, now, { event: 'address-code-sent', proof: id, person, ra: ra.id, channel: address.kind });
    return done({ id, expiresAt: expiresAt.toISOString() });
  });
  desk.wake();
  return outcome;
}

const ProofSchema = v.object({
  person_id: column.text,
  ra_id: column.text,
  kind: v.picklist(['email', 'mobile']),
  language: v.picklist(DESK_LANGUAGES),
  key_id: column.text,
  sealed: column.octets,
  code_key_id: column.text,
  code_hash: column.octets,
  tries_left: column.integer,
  expires_at: column.moment,
  done_at: column.maybe(column.moment),
});

async function lockProof(sql: Sql, id: string) {
  const columns = Object.keys(ProofSchema.entries).join(', ');
  return one(await sql.rows(ProofSchema, `select ${columns} from address_proofs where id = $1 for update`, [id]));
}

export async function proveAddress(
  desk: Desk,
  { parameters, body }: DeskRequest<'proveAddress'>,
  { token }: ByRa,
): Promise<Outcome<Person>> {
  const outcome = await asRa<Person>(desk, token, async (sql, ra, now) => {
    const id = parameters.proof;
    const proof = await lockProof(sql, id);
    if (proof === null || proof.ra_id !== ra.id) return refused('Desk_NotFound');
    if (proof.done_at !== null || proof.tries_left === 0 || now >= proof.expires_at) return refused('Desk_Over');
    const person = await holdPerson(sql, proof.person_id);
    if (person === null) return refused('Desk_Over');
    const ring = desk.ring();
    const told = { proof: id, person: person.id, ra: ra.id };
    if (!isCode(ring, { keyId: proof.code_key_id, hash: proof.code_hash }, id, body.code)) {
      const triesLeft = proof.tries_left - 1;
      await sql.run('update address_proofs set tries_left = $2 where id = $1', [id, triesLeft]);
      await audit(sql, now, { event: 'address-code-wrong', ...told, left: triesLeft });
      return refused('Desk_CodeWrong', { triesLeft });
    }
    const value = ring.open(ADDRESS_PROOF_PLACE(id), { keyId: proof.key_id, octets: proof.sealed }).toString();
    // Where the person was reached until now: what is added by somebody who only says to be with them does not go unseen.
    await tellPerson(desk, sql, person.id, { purpose: 'address-changed', language: proof.language, but: value }, now);
    await saveAddress(sql, ring, person.id, { kind: proof.kind, value }, now);
    await sql.run('update address_proofs set done_at = $2 where id = $1', [id, now]);
    await audit(sql, now, { event: 'address-saved', ...told, channel: proof.kind });
    return done(await describePerson(sql, ring, person));
  });
  desk.wake();
  return outcome;
}
