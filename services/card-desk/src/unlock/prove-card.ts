import { randomBytes } from 'node:crypto';
import { releaseKeyOf, sealRelease } from '../../../../src/core/card-desk/release-box.ts';
import type { DeskAnswer, DeskRequest } from '../../../../src/core/contract/card-desk/operations.ts';
import type { Challenge, Release, ReleaseMode } from '../../../../src/core/contract/card-desk/shapes.ts';
import { type Desk, done, type Outcome, refused } from '../desk.ts';
import { expectsProof, fail, giveChallenge, takeProof } from '../journey/journey.ts';
import { tellPerson } from '../messages/tell-person.ts';
import { audit } from '../store/audit-chain.ts';
import { openCardSecret, pukStateOf, type StoredCard, savePukState } from '../store/cards.ts';
import type { Sql } from '../store/database.ts';
import { lockOtherOpenJourneys, type StoredJourney, saveJourney } from '../store/journeys.ts';
import {
  ADMIN_CIPHER,
  type AdminAlgorithm,
  decryptedWitness,
  isAdminResponse,
  isSigned,
  type Proof,
} from './card-proof.ts';
import { entitlementOf, useAuthorisation } from './entitlement.ts';
import { countEnd, endOf, refusalOf, viewOf, withJourney } from './journey-access.ts';
import { applyCodeChange, codesFor } from './unblocking-codes.ts';

type Ask<Name extends 'challenge' | 'proveCard'> = DeskRequest<Name> & { readonly token: string };

/**
 * In the form that was asked for, whether the card is known or not and whatever it is known with. With the admin key, which
 * opens the card to whoever has it in a reader, nothing is done before the unlock has been authorised.
 */
export async function challenge(
  desk: Desk,
  { parameters, body, token }: Ask<'challenge'>,
): Promise<Outcome<Challenge>> {
  if (body.by === 'admin-key' && body.witness.length !== 2 * ADMIN_CIPHER[body.algorithm].block) {
    return refused('Desk_BadRequest');
  }
  const now = desk.now();
  return await withJourney<Challenge>(desk, { ...parameters, token }, async (sql, { stored, card }) => {
    const { journey, refusal } = giveChallenge(stored.journey, now.getTime());
    const entitlement = body.by === 'admin-key' ? await entitlementOf(sql, stored, card, now) : null;
    // A card with 9E has no need of it, and is told nothing of what was authorised.
    const assisted = stored.journey.kind === 'assisted';
    const notForIt = entitlement?.kind === 'not-authorised' || (assisted && card?.proof_key !== null);
    if (refusal === null && entitlement !== null && notForIt) {
      return refused('Desk_NotAuthorised', { unlock: viewOf(stored) });
    }
    const octets = randomBytes(body.by === 'signature' ? 32 : ADMIN_CIPHER[body.algorithm].block);
    const after = { ...stored, journey, challenge: octets };
    await saveJourney(sql, after);
    const given = refusal === null && journey.challenge !== null;
    const usable = given && entitlement?.kind === 'entitled' && mayUseAdminKey(card, body);
    const told = { journey: stored.id, card: stored.cardId };
    await audit(
      sql,
      now,
      ...endOf(stored, journey),
      ...(usable ? [{ event: 'admin-key-used', ...told } as const] : []),
    );
    countEnd(desk, stored.journey, journey);
    if (refusal !== null || journey.challenge === null) return refusalOf(refusal ?? 'over', after);
    const expiresAt = new Date(journey.challenge.until).toISOString();
    if (body.by === 'signature') return done({ by: 'signature', challenge: octets.toString('hex'), expiresAt });
    const { algorithm } = body;
    const key = await openCardSecret(sql, desk.ring(), stored.cardId, 'admin-key');
    const standIn = standInKey(desk, stored.cardId, algorithm);
    const witness = decryptedWitness(
      algorithm,
      usable && key !== null ? key : standIn,
      Buffer.from(body.witness, 'hex'),
    );
    key?.fill(0);
    return done({ by: 'admin-key', witness: witness.toString('hex'), challenge: octets.toString('hex'), expiresAt });
  });
}

/** Only of a card that has no other way, and that is in use. */
function mayUseAdminKey(card: StoredCard | null, body: Ask<'challenge'>['body']): boolean {
  return (
    body.by === 'admin-key' &&
    card?.state === 'active' &&
    card.proof_key === null &&
    card.admin_algorithm === body.algorithm
  );
}

/** The same for each question about a card, as a real one is. */
function standInKey(desk: Desk, cardId: string, algorithm: AdminAlgorithm): Uint8Array {
  return desk.ring().pseudonym(`stand-in/${algorithm}`, cardId).subarray(0, ADMIN_CIPHER[algorithm].key);
}

export async function proveCard(
  desk: Desk,
  { parameters, body, token }: Ask<'proveCard'>,
): Promise<Outcome<DeskAnswer<'proveCard'>>> {
  const releaseKey = Buffer.from(body.releaseKey, 'base64');
  if (releaseKeyOf(releaseKey) === null) return refused('Desk_BadRequest');
  const now = desk.now();
  const outcome = await withJourney<DeskAnswer<'proveCard'>>(
    desk,
    { ...parameters, token },
    async (sql, { stored, card }) => {
      const told = { journey: stored.id, card: stored.cardId };
      const expected = expectsProof(stored.journey, now.getTime());
      const genuine =
        expected.refusal === null &&
        card !== null &&
        (await isGenuine(desk, sql, stored, card, body.proof, releaseKey));

      const active = genuine && card.state === 'active';
      const entitlement = active ? await entitlementOf(sql, stored, card, now) : null;
      const taken =
        entitlement?.kind !== 'entitled' ||
        entitlement.by === null ||
        (await useAuthorisation(sql, entitlement.by, stored.id));

      if (entitlement?.kind === 'not-authorised' || !taken) {
        const after = { ...stored, journey: { ...expected.journey, challenge: null } };
        await saveJourney(sql, after);
        await audit(sql, now, { event: 'card-proven', ...told, authorised: false });
        return refused('Desk_NotAuthorised', { unlock: viewOf(after) });
      }
      if (entitlement?.kind === 'profile-changed') {
        const after = { ...stored, journey: fail(expected.journey, 'profile-changed', now.getTime()) };
        await saveJourney(sql, after);
        await audit(sql, now, { event: 'card-proven', ...told, authorised: false }, ...endOf(stored, after.journey));
        countEnd(desk, stored.journey, after.journey);
        return refusalOf('over', after);
      }

      const step = takeProof(stored.journey, active, pukOf(card), now.getTime());
      const after = { ...stored, journey: step.journey, releaseKey };
      if (step.refusal === null && step.release !== null && card !== null) {
        await applyCodeChange(sql, desk.ring(), card.id, step.codes);
        await savePukState(sql, card.id, step.puk, stored.id);
        await saveJourney(sql, after);
        const superseded = await supersedeOthers(desk, sql, stored, now);
        const release = await sealed(desk, sql, after, step.release, releaseKey);
        // With the first release, since whoever has the code in hand need not report what came of it.
        if (step.release.number === 1 && card.person_id !== null) {
          await tellPerson(desk, sql, card.person_id, { purpose: 'unlocking', language: stored.language }, now);
        }
        await audit(
          sql,
          now,
          { event: 'card-proven', ...told, by: body.proof.by },
          { event: 'puk-released', ...told, attempt: step.release.number, mode: step.release.mode },
          ...superseded,
        );
        return done({ unlock: viewOf(after), release });
      }
      await saveJourney(sql, after);
      const falseProof = step.refusal === 'not-proven';
      await audit(
        sql,
        now,
        ...(active && !falseProof ? [{ event: 'card-proven', ...told, by: body.proof.by } as const] : []),
        ...(falseProof ? [{ event: 'card-not-proven', ...told, left: step.journey.proofsLeft } as const] : []),
        ...endOf(stored, step.journey),
      );
      countEnd(desk, stored.journey, step.journey);
      return refusalOf(step.refusal ?? 'over', after);
    },
  );
  desk.wake();
  return outcome;
}

const pukOf = (card: StoredCard | null) =>
  card === null ? ({ condition: 'lost', triesLeft: null } as const) : pukStateOf(card);

async function isGenuine(
  desk: Desk,
  sql: Sql,
  stored: StoredJourney,
  card: StoredCard,
  proof: Proof,
  releaseKey: Uint8Array,
): Promise<boolean> {
  if (stored.challenge === null) return false;
  if (proof.by === 'signature') {
    if (card.proof_key === null) return false;
    const { origin } = desk.settings;
    const challengeHex = Buffer.from(stored.challenge).toString('hex');
    const signed = { origin, unlock: stored.id, cardId: card.id, challenge: challengeHex, releaseKey };
    return isSigned(signed, card.proof_key, Buffer.from(proof.signature, 'base64'));
  }
  if (card.proof_key !== null || card.admin_algorithm === null) return false;
  const key = await openCardSecret(sql, desk.ring(), card.id, 'admin-key');
  if (key === null) return false;
  const right = isAdminResponse(card.admin_algorithm, key, stored.challenge, Buffer.from(proof.response, 'hex'));
  key.fill(0);
  return right;
}

/** Another journey's release of the same card: what it would report is no longer about the card as it is. */
async function supersedeOthers(desk: Desk, sql: Sql, stored: StoredJourney, now: Date) {
  const others = await lockOtherOpenJourneys(sql, stored.cardId, stored.id);
  const entries = [];
  for (const other of others) {
    const journey = fail(other.journey, 'superseded', now.getTime());
    await saveJourney(sql, { ...other, journey });
    countEnd(desk, other.journey, journey);
    entries.push(...endOf(other, journey));
  }
  return entries;
}

export async function sealed(
  desk: Desk,
  sql: Sql,
  { id, cardId }: StoredJourney,
  { number: attempt, mode }: { readonly number: number; readonly mode: ReleaseMode },
  releaseKey: Uint8Array,
): Promise<Release> {
  const recipient = releaseKeyOf(releaseKey);
  if (recipient === null) throw new Error('the journey has no key to release to');
  const codes = await codesFor(sql, desk.ring(), cardId, mode);
  const box = sealRelease(recipient, { unlock: id, attempt, mode }, codes);
  codes.puk.fill(0);
  codes.next?.fill(0);
  return { attempt, mode, box };
}
