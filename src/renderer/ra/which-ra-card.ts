import type { CardView, ReaderView } from '../../core/contract/view.ts';

export type RaCard = { readonly reader: string; readonly cardId: string; readonly card: CardView };

/** In these a card can be asked for its passcode, whatever the window makes of its certificate: that is the desk's to judge. */
const PHASES: ReadonlySet<ReaderView['phase']> = new Set<ReaderView['phase']>([
  'awaiting-passcode',
  'awaiting-insertion',
  'active',
  'checking',
  'certificate-trouble',
]);

/**
 * The card that an RA signs in with: the one that the panel is about or, where that one cannot be (it is the blocked card of the
 * person beside the RA), the first that can.
 * @param shown the reader that the panel is about
 */
export function raCardOf(
  readers: readonly ReaderView[],
  shown: string | null,
): RaCard | 'blocked' | 'reading' | 'none' {
  const usable = readers.flatMap(({ reader, phase, card }) => {
    const cardId = card?.cardId ?? null;
    return card === null || cardId === null || !PHASES.has(phase) ? [] : [{ reader, cardId, card }];
  });
  const own = usable.find(({ reader }) => reader === shown) ?? usable[0];
  if (own !== undefined) return own;
  if (readers.some(({ phase }) => phase === 'blocked')) return 'blocked';
  return readers.some(({ phase }) => phase === 'reading') ? 'reading' : 'none';
}
