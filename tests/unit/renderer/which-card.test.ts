import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CARD_PHASES, type CardPhase } from '../../../src/core/agent/phases.ts';
import { agentPhase, snapshotOf } from '../../../src/core/agent/status.ts';
import type { CardView, ReaderView } from '../../../src/core/contract/view.ts';
import { holderOf, keepShown, type ShownReader, whichCard } from '../../../src/renderer/card/which-card.ts';
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
  judgedBy: 'dates',
  revocation: { state: 'unknown', asOf: null },
  notAfter: null,
  daysLeft: null,
});

type Readers = readonly ReaderView[];
const viewOf = (readers: Readers) => ({ readers: [...readers] });

/** What the panel is about after these snapshots, one after the other. */
function shownAfter(snapshots: readonly Readers[], first: ShownReader | null = null, typing = false) {
  let before: { view: { readers: ReaderView[] } | null; shown: ShownReader | null } = { view: null, shown: first };
  for (const readers of snapshots) {
    const view = viewOf(readers);
    before = { view, shown: keepShown(view, before, typing) };
  }
  return before.shown?.reader ?? null;
}

describe('the card that the panel is about', () => {
  it('is none where every reader is empty', () => {
    expect(shownAfter([[reader('R', 'empty')]], { reader: 'R', chosen: true })).toBeNull();
    expect(shownAfter([[]])).toBeNull();
    expect(whichCard({ readers: [reader('R', 'empty')] }, { reader: 'R', chosen: true })).toEqual({
      shown: null,
      others: [],
    });
  });

  it('is at first the one that wants the user’s eye most', () => {
    expect(shownAfter([[reader('R', 'unsupported'), reader('S', 'awaiting-passcode'), reader('T', 'blocked')]])).toBe(
      'T',
    );
  });

  it('is the one that the user picked, as long as it is there', () => {
    const picked = { reader: 'S', chosen: true };
    const both = [reader('R', 'active'), reader('S', 'awaiting-passcode')];
    expect(shownAfter([both], picked)).toBe('S');
    expect(shownAfter([both, [reader('R', 'active'), reader('S', 'empty')]], picked)).toBe('R');
    expect(shownAfter([both, [reader('R', 'active'), reader('S', 'empty')], both], picked)).toBe('R');
  });

  it('is the first of two alike, and stays it', () => {
    expect(shownAfter([[reader('R', 'reading'), reader('S', 'reading')]])).toBe('R');
    expect(
      shownAfter([
        [reader('R', 'empty'), reader('S', 'awaiting-passcode')],
        [reader('R', 'reading'), reader('S', 'awaiting-passcode')],
        [reader('R', 'awaiting-passcode'), reader('S', 'awaiting-passcode')],
      ]),
    ).toBe('S');
  });

  it('gives way to one that comes and is strictly more urgent', () => {
    const before = [reader('R', 'awaiting-passcode'), reader('S', 'reading')];
    expect(shownAfter([before, [reader('R', 'awaiting-passcode'), reader('S', 'blocked')]])).toBe('S');
  });

  it('never changes under a passcode that is being typed, nor afterwards for what came meanwhile', () => {
    const typed = { reader: 'R', chosen: false };
    const now = [reader('R', 'awaiting-passcode'), reader('S', 'blocked')];
    expect(shownAfter([[reader('R', 'awaiting-passcode'), reader('S', 'empty')], now], typed, true)).toBe('R');
    expect(keepShown(viewOf(now), { view: viewOf(now), shown: typed }, false)).toEqual(typed);
    expect(shownAfter([[reader('R', 'empty'), reader('S', 'blocked')]], typed, true)).toBe('S');
  });

  it('stays while it checks a passcode', () => {
    expect(
      shownAfter([
        [reader('R', 'checking'), reader('S', 'awaiting-passcode')],
        [reader('R', 'checking'), reader('S', 'active')],
        [reader('R', 'active'), reader('S', 'active')],
      ]),
    ).toBe('R');
  });

  it('leaves every other card among the others, each once and in the order of the readers', () => {
    const readers = fc
      .array(fc.constantFrom(...CARD_PHASES), { maxLength: 6 })
      .map((phases) => phases.map((phase, at) => reader(`R${at}`, phase)));
    const first = fc.constantFrom(null, 'R0', 'R3', 'gone');
    fc.assert(
      fc.property(readers, readers, first, fc.boolean(), fc.boolean(), (earlier, now, name, chosen, typing) => {
        const shownBefore = name === null ? null : { reader: name, chosen };
        const kept = keepShown(viewOf(now), { view: viewOf(earlier), shown: shownBefore }, typing);
        const { shown, others } = whichCard(viewOf(now), kept);
        const occupied = now.filter(({ phase }) => phase !== 'empty').map((each) => each.reader);
        expect(shown === null).toBe(occupied.length === 0);
        expect(others.map((each) => each.reader)).toEqual(occupied.filter((each) => each !== shown?.reader));
        if (typing && occupied.some((each) => each === name)) expect(shown?.reader).toBe(name);
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
    const kept = keepShown(viewOf(readers), { view: null, shown: null }, false);
    expect(whichCard({ readers }, kept).shown?.phase).toBe(agentPhase(scene.state));
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
