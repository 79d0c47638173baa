import { expect, it } from 'vitest';
import { CARD_PHASES, type CardPhase } from '../../../src/core/agent/phases.ts';
import type { CardView, ReaderView } from '../../../src/core/contract/view.ts';
import { raCardOf } from '../../../src/renderer/ra/which-ra-card.ts';

const card = (cardId: string | null): CardView => ({
  atr: '3b00',
  cardId,
  triesLeft: 3,
  trouble: null,
  activeSince: null,
  certificates: [],
});
const reader = (name: string, phase: CardPhase, cardId: string | null = name): ReaderView => ({
  reader: name,
  phase,
  card: phase === 'empty' || phase === 'mute' ? null : card(cardId),
});
const chosen = (readers: readonly ReaderView[], shown: string | null = null) => {
  const own = raCardOf(readers, shown);
  return typeof own === 'string' ? own : own.reader;
};

it('is the card that the panel is about', () => {
  expect(chosen([reader('R', 'active'), reader('S', 'awaiting-passcode')], 'S')).toBe('S');
});

it('is the RA’s own where the panel is about the blocked card of the person beside', () => {
  expect(chosen([reader('R', 'blocked'), reader('S', 'awaiting-passcode')], 'R')).toBe('S');
});

it('is none that has not said who it is', () => {
  expect(chosen([reader('R', 'awaiting-passcode', null)])).toBe('none');
});

it.each(CARD_PHASES)('alone in its reader, being %s', (phase) => {
  const usable = ['awaiting-passcode', 'awaiting-insertion', 'active', 'checking', 'certificate-trouble'].includes(
    phase,
  );
  const without = phase === 'blocked' || phase === 'reading' ? phase : 'none';
  expect(chosen([reader('R', phase)], 'R')).toBe(usable ? 'R' : without);
});
