import * as v from 'valibot';
import type { StoredCard } from '../store/cards.ts';
import { column, one, type Sql } from '../store/database.ts';
import type { StoredJourney } from '../store/journeys.ts';
import { isOnProfile } from '../store/people.ts';

/**
 * Whether somebody who may decide that has said that this card is to be unlocked, and still may: judged anew whenever something
 * is handed out, since cards are reported lost, RAs and owners change, and addresses are replaced while a journey is under way.
 */

/** `by`: the authorisation that it rests on; null: the code that was sent to the owner. */
export type Entitlement =
  | { readonly kind: 'entitled'; readonly by: string | null }
  /** No RA has authorised it. */
  | { readonly kind: 'not-authorised' }
  /** The code went to an address that is not on the profile of the card's owner any more. */
  | { readonly kind: 'profile-changed' };

export async function entitlementOf(
  sql: Sql,
  { id, cardId, sentTo, journey }: StoredJourney,
  card: StoredCard | null,
  now: Date,
): Promise<Entitlement> {
  if (journey.kind === 'self-service') {
    const owner = card?.person_id ?? null;
    const stands = owner !== null && sentTo !== null && (await isOnProfile(sql, owner, sentTo));
    return stands ? { kind: 'entitled', by: null } : { kind: 'profile-changed' };
  }
  const found = one(await sql.rows(v.object({ id: column.text }), AUTHORISATION, [cardId, id, now]));
  return found === null ? { kind: 'not-authorised' } : { kind: 'entitled', by: found.id };
}

/**
 * Of the person whose card it is, by somebody who is an RA and signed in with a card that is still good. One that this journey
 * has used stays its own; an open one is held.
 */
const AUTHORISATION = `
  select authorisations.id from authorisations
    join identity_checks on identity_checks.id = identity_check_id
    join cards on cards.id = authorisations.card_id
    join people as ra on ra.id = authorisations.ra_id
    join cards as ra_card on ra_card.id = ra_card_id
  where authorisations.card_id = $1
    and cards.person_id = identity_checks.person_id
    and ra.role = 'ra' and ra_card.state = 'active' and ra_card.person_id = ra.id
    and (used_by = $2 or (used_by is null and authorisations.expires_at > $3))
  order by used_by is null, authorisations.expires_at limit 1 for update of authorisations`;

/** From now on it is this journey's: false, if it was another's meanwhile. */
export async function useAuthorisation(sql: Sql, authorisation: string, journey: string): Promise<boolean> {
  const text = 'update authorisations set used_by = $2 where id = $1 and (used_by is null or used_by = $2)';
  return (await sql.run(text, [authorisation, journey])) === 1;
}
