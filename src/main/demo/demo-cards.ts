import { parseCertificateObject } from '../../core/card/piv/certificate-object.ts';
import { DEMO_CARDS, type DemoCard } from '../../core/contract/demo.ts';
import type { CardState } from '../../simulator/card/card-state.ts';
import { CERTIFICATE_OBJECT } from '../../simulator/card/data-objects.ts';
import type { Fault } from '../../simulator/card/faults.ts';
import { VirtualPivCard } from '../../simulator/card/piv-card.ts';
import { type CardOrder, issueCardState } from '../../simulator/pki/issue-card.ts';
import { BEN } from '../../simulator/pki/person.ts';
import { TestAuthority } from '../../simulator/pki/test-authority.ts';

const DAY_MS = 86_400_000;

const validity = (fromDays: number, toDays: number) => ({
  notBefore: new Date(Date.now() + fromDays * DAY_MS),
  notAfter: new Date(Date.now() + toDays * DAY_MS),
});

/** How each card of the demo differs from a new card of Ada's. */
async function orderOf(card: DemoCard): Promise<CardOrder> {
  switch (card) {
    case 'ben':
      return { person: BEN };
    case 'expiring':
      return { validity: validity(-1070, 25.5) };
    case 'expired':
      return { validity: validity(-1100, -3) };
    case 'foreign':
      return { authority: await TestAuthority.create({ name: 'Another Organisation' }) };
    default:
      return {};
  }
}

async function stateOf(card: DemoCard, authority: TestAuthority): Promise<CardState> {
  const state = await issueCardState({ keys: 'p256', authority, ...(await orderOf(card)) });
  if (card === 'blocked') return { ...state, pin: { ...state.pin, triesLeft: 0 } };
  if (card === 'last-try') return { ...state, pin: { ...state.pin, triesLeft: 1 } };
  return state;
}

/** The cards of the demo, as they were issued or as they have become. */
export class DemoCards {
  private cards: ReadonlyMap<DemoCard, VirtualPivCard>;
  private readonly issued: ReadonlyMap<DemoCard, CardState>;

  private constructor(issued: ReadonlyMap<DemoCard, CardState>) {
    this.issued = issued;
    this.cards = fresh(issued);
  }

  static async issue(authority: TestAuthority): Promise<DemoCards> {
    const states = await Promise.all(DEMO_CARDS.map(async (card) => [card, await stateOf(card, authority)] as const));
    return new DemoCards(new Map(states));
  }

  get(card: DemoCard): VirtualPivCard {
    const found = this.cards.get(card);
    if (found === undefined) throw new Error(`no card ${card}`);
    return found;
  }

  /** What is wrong with this card's contacts. */
  faultsOf(card: DemoCard): readonly Fault[] {
    return card === 'mute' ? [{ kind: 'no-atr' }] : [];
  }

  /** The certificates on this card as it was issued, as DER. */
  certificatesOf(card: DemoCard): readonly Uint8Array[] {
    const objects = this.issued.get(card)?.objects ?? {};
    return Object.values(CERTIFICATE_OBJECT).flatMap((tag) => {
      const content = objects[tag];
      const der = content === undefined ? null : parseCertificateObject(Buffer.from(content, 'hex'), 'certificate');
      return der === null ? [] : [der];
    });
  }

  /** Every card as it was issued. */
  reset(): void {
    this.cards = fresh(this.issued);
  }
}

function fresh(issued: ReadonlyMap<DemoCard, CardState>): ReadonlyMap<DemoCard, VirtualPivCard> {
  return new Map([...issued].map(([card, state]) => [card, new VirtualPivCard(state)]));
}
