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
  'awaiting-insertion',
  'reading',
  'unreadable',
  'mute',
  'unsupported',
];

const isOccupied = (reader: ReaderView): reader is Occupied => reader.phase !== 'empty';

/** The lower, the more urgent. */
const rank = ({ phase }: Occupied) => URGENCY.indexOf(phase);

type Readers = Pick<ViewSnapshot, 'readers'>;

/** The reader that the panel is about. `chosen`: the user picked it, and it stays until its card goes. */
export type ShownReader = { readonly reader: string; readonly chosen: boolean };

/**
 * The reader that the panel is about after this snapshot: the one before, until it is empty or something strictly more urgent
 * comes into another one. What does not come now has had its turn, and stays among the others.
 * @param before the snapshot before, and the reader that was shown then
 * @param typing whether somebody is in the middle of a passcode: then no other card takes the place of theirs
 */
export function keepShown(
  view: Readers,
  before: { readonly view: Readers | null; readonly shown: ShownReader | null },
  typing: boolean,
): ShownReader | null {
  const occupied = view.readers.filter(isOccupied);
  const [urgent] = occupied.toSorted((a, b) => rank(a) - rank(b));
  if (urgent === undefined) return null;
  const { shown } = before;
  const kept = occupied.find(({ reader }) => reader === shown?.reader);
  if (shown === null || kept === undefined) return { reader: urgent.reader, chosen: false };
  if (shown.chosen || typing || kept.phase === 'checking' || rank(urgent) >= rank(kept)) return shown;
  const earlier = before.view?.readers.find(({ reader }) => reader === urgent.reader);
  return earlier?.phase === urgent.phase ? shown : { reader: urgent.reader, chosen: false };
}

/** The card that the panel is about, and the others. */
export function whichCard(
  view: Readers,
  shownReader: ShownReader | null,
): { readonly shown: Occupied | null; readonly others: readonly Occupied[] } {
  const occupied = view.readers.filter(isOccupied);
  const shown = occupied.find(({ reader }) => reader === shownReader?.reader) ?? null;
  return { shown, others: occupied.filter((each) => each !== shown) };
}

/** The name on the card: of its sign-in certificate, or of any other. */
export function holderOf(card: CardView | null, signInSlot: ViewSnapshot['signInSlot']): string | null {
  const certificates = card?.certificates ?? [];
  const signIn = certificates.find(({ slot }) => slot === signInSlot);
  return signIn?.holder ?? certificates.find(({ holder }) => holder !== null)?.holder ?? null;
}
