import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CARD_PHASES, type CardPhase } from '../../../src/core/agent/phases.ts';
import { agentPhase, snapshotOf } from '../../../src/core/agent/status.ts';
import type { CardView, ReaderView } from '../../../src/core/contract/view.ts';
import { holderOf, whichCard } from '../../../src/renderer/card/which-card.ts';
import { Scene } from '../agent/scene.ts';

const CARD: CardView = {
  atr: '3b00',
  cardId: 'ada',
  triesLeft: 3,
  trouble: null,
  activeSince: null,
  certificates: [],
};
const reader = (name: string, phase: CardPhase): ReaderView => ({
  reader: name,
  phase,
  card: phase === 'empty' || phase === 'mute' ? null : CARD,
});
const certificate = (slot: '9A' | '9C' | '9D' | '9E', holder: string | null): CardView['certificates'][number] => ({
  slot,
  holder,
  issuer: null,
  verdict: 'accepted',
  reasons: [],
  notAfter: null,
  daysLeft: null,
});

describe('the card that the panel is about', () => {
  it('is none where every reader is empty', () => {
    expect(whichCard({ readers: [reader('R', 'empty')] }, 'R')).toEqual({ shown: null, others: [] });
    expect(whichCard({ readers: [] }, null)).toEqual({ shown: null, others: [] });
  });

  it('is the one that wants the user’s eye most', () => {
    const readers = [reader('R', 'unsupported'), reader('S', 'awaiting-passcode'), reader('T', 'blocked')];
    expect(whichCard({ readers }, null).shown?.reader).toBe('T');
  });

  it('is the one that the user picked, as long as it is there', () => {
    const readers = [reader('R', 'active'), reader('S', 'awaiting-passcode')];
    expect(whichCard({ readers }, 'S').shown?.reader).toBe('S');
    expect(whichCard({ readers: [reader('R', 'active'), reader('S', 'empty')] }, 'S').shown?.reader).toBe('R');
  });

  it('is the first of two alike', () => {
    expect(whichCard({ readers: [reader('R', 'reading'), reader('S', 'reading')] }, null).shown?.reader).toBe('R');
  });

  it('leaves every other card among the others, each once and in the order of the readers', () => {
    const readers = fc
      .array(fc.constantFrom(...CARD_PHASES), { maxLength: 6 })
      .map((phases) => phases.map((phase, at) => reader(`R${at}`, phase)));
    fc.assert(
      fc.property(readers, fc.constantFrom(null, 'R0', 'R3', 'gone'), (all, chosen) => {
        const { shown, others } = whichCard({ readers: all }, chosen);
        const occupied = all.filter(({ phase }) => phase !== 'empty').map((each) => each.reader);
        expect(shown === null).toBe(occupied.length === 0);
        expect(others.map((each) => each.reader)).toEqual(occupied.filter((each) => each !== shown?.reader));
      }),
    );
  });

  it('agrees with the phase that the agent gives itself', () => {
    const scene = new Scene();
    scene.start('R', 'S');
    scene.signIn('S', 'ada');
    scene.identify('R', scene.insert('R'), 'ben');
    const readers = snapshotOf(scene.state).readers.map((each) => reader(each.reader, each.phase));
    expect(readers.map(({ phase }) => phase)).toEqual(['awaiting-passcode', 'active']);
    expect(whichCard({ readers }, null).shown?.phase).toBe(agentPhase(scene.state));
  });
});

describe('the name on a card', () => {
  it('is that of its sign-in certificate', () => {
    const card = { ...CARD, certificates: [certificate('9C', 'Signer'), certificate('9A', 'Ada')] };
    expect(holderOf(card, '9A')).toBe('Ada');
    expect(holderOf(card, '9C')).toBe('Signer');
  });

  it('is that of any other where the sign-in certificate names nobody', () => {
    expect(holderOf({ ...CARD, certificates: [certificate('9A', null), certificate('9D', 'Ada')] }, '9A')).toBe('Ada');
  });

  it('is unknown without a card, and without a name on it', () => {
    expect(holderOf(null, '9A')).toBeNull();
    expect(holderOf(CARD, '9A')).toBeNull();
    expect(holderOf({ ...CARD, certificates: [certificate('9A', null)] }, '9A')).toBeNull();
  });
});
