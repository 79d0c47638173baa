import type { CardView } from '../contract/view.ts';

const DAY_MS = 86_400_000;

/** What renewing means for the card at hand, on this day. Times in milliseconds since 1970. */
export type Renewal =
  | { readonly state: 'no-card' }
  /** The card has told nothing of its dates. */
  | { readonly state: 'unknown' }
  | { readonly state: 'expired'; readonly notAfter: number }
  | { readonly state: 'blocked' }
  | { readonly state: 'now'; readonly notAfter: number; readonly daysLeft: number }
  | { readonly state: 'not-yet'; readonly notAfter: number; readonly from: number };

/**
 * The certificate that ends first decides. Having expired comes before being blocked: unlocking would not help then.
 * @param card in the reader; null: none
 * @param renewalDays how long before its end a certificate can be renewed
 */
export function renewalOf(card: Pick<CardView, 'certificates'> | null, blocked: boolean, renewalDays: number): Renewal {
  if (card === null) return { state: 'no-card' };
  const first = card.certificates.reduce<{ notAfter: number; daysLeft: number } | null>(
    (earliest, { notAfter, daysLeft }) =>
      notAfter === null || daysLeft === null || (earliest !== null && earliest.notAfter <= notAfter)
        ? earliest
        : { notAfter, daysLeft },
    null,
  );
  if (first !== null && first.daysLeft < 0) return { state: 'expired', notAfter: first.notAfter };
  if (blocked) return { state: 'blocked' };
  if (first === null) return { state: 'unknown' };
  return first.daysLeft <= renewalDays
    ? { state: 'now', ...first }
    : { state: 'not-yet', notAfter: first.notAfter, from: first.notAfter - renewalDays * DAY_MS };
}
