import type { CardView, ReaderView, ViewSnapshot } from '../../core/contract/view.ts';

/** A reader with something in it. */
export type Occupied = ReaderView & { readonly phase: Exclude<ReaderView['phase'], 'empty'> };

/** The order in which cards want the user's eye; the agent's own, in its phase, comes first. */
const URGENCY: ReadonlyArray<ReaderView['phase']> = [
  'active',
  'checking',
  'blocked',
  'certificate-trouble',
  'awaiting-passcode',
  'reading',
  'unreadable',
  'mute',
  'unsupported',
];

const isOccupied = (reader: ReaderView): reader is Occupied => reader.phase !== 'empty';

/** The card that the panel is about, and the others. @param chosen the reader that the user picked, if any */
export function whichCard(
  view: Pick<ViewSnapshot, 'readers'>,
  chosen: string | null,
): { readonly shown: Occupied | null; readonly others: readonly Occupied[] } {
  const occupied = view.readers.filter(isOccupied);
  const byUrgency = occupied.toSorted((a, b) => URGENCY.indexOf(a.phase) - URGENCY.indexOf(b.phase));
  const shown = occupied.find(({ reader }) => reader === chosen) ?? byUrgency[0] ?? null;
  return { shown, others: occupied.filter((each) => each !== shown) };
}

/** The name on the card: of its sign-in certificate, or of any other. */
export function holderOf(card: CardView | null, signInSlot: ViewSnapshot['signInSlot']): string | null {
  const certificates = card?.certificates ?? [];
  const signIn = certificates.find(({ slot }) => slot === signInSlot);
  return signIn?.holder ?? certificates.find(({ holder }) => holder !== null)?.holder ?? null;
}
