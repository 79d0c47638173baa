import { randomBytes } from 'node:crypto';
import { parseCertificateObject } from '../../core/card/piv/certificate-object.ts';
import { DEMO_CARDS, type DemoCard } from '../../core/contract/demo.ts';
import type { CardState } from '../../simulator/card/card-state.ts';
import { CERTIFICATE_OBJECT, type PivSlot } from '../../simulator/card/data-objects.ts';
import type { Fault } from '../../simulator/card/faults.ts';
import { VirtualPivCard } from '../../simulator/card/piv-card.ts';
import { type CardOrder, issueCardState, TEST_PUK } from '../../simulator/pki/issue-card.ts';
import { ADA, BEN } from '../../simulator/pki/person.ts';
import { TestAuthority } from '../../simulator/pki/test-authority.ts';
import { type EnrolledCard, keyOf, type RaCard } from './demo-ra.ts';

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

async function stateOf(card: DemoCard, authority: TestAuthority, guid: Uint8Array): Promise<CardState> {
  const state = await issueCardState({ keys: 'p256', authority, guid, ...(await orderOf(card)) });
  if (card === 'blocked') return { ...state, pin: { ...state.pin, triesLeft: 0 } };
  if (card === 'last-try') return { ...state, pin: { ...state.pin, triesLeft: 1 } };
  return state;
}

/** The cards of the demo, as they were issued or as they have become. */
export class DemoCards {
  private cards: ReadonlyMap<DemoCard, VirtualPivCard>;
  private readonly issued: ReadonlyMap<DemoCard, CardState>;

  private readonly guids: ReadonlyMap<DemoCard, Uint8Array>;

  private constructor(issued: ReadonlyMap<DemoCard, CardState>, guids: ReadonlyMap<DemoCard, Uint8Array>) {
    this.issued = issued;
    this.guids = guids;
    this.cards = fresh(issued);
  }

  static async issue(authority: TestAuthority): Promise<DemoCards> {
    const guids = new Map(DEMO_CARDS.map((card) => [card, randomBytes(16)] as const));
    const states = await Promise.all(
      [...guids].map(async ([card, guid]) => [card, await stateOf(card, authority, guid)] as const),
    );
    return new DemoCards(new Map(states), guids);
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

  /** As the desk names it. */
  idOf(card: DemoCard): string {
    return Buffer.from(this.guids.get(card) ?? []).toString('hex');
  }

  /** Whether its passcode is blocked now. */
  isBlocked(card: DemoCard): boolean {
    return this.get(card).snapshot().pin.triesLeft === 0;
  }

  /** What the organisation of the demo enrols at its desk: all cards but that of another one. */
  get enrolled(): readonly EnrolledCard[] {
    return DEMO_CARDS.filter((card) => card !== 'foreign').map((card) => ({
      cardId: this.idOf(card),
      owner: card === 'ben' ? BEN.uuid : ADA.uuid,
      puk: TEST_PUK,
      certificates: {
        '9A': Buffer.from(this.certificateOf(card, '9a')).toString('base64'),
        '9E': Buffer.from(this.certificateOf(card, '9e')).toString('base64'),
      },
    }));
  }

  /** Ben is the RA of the demo. */
  get ra(): RaCard {
    const key = this.issued.get('ben')?.keys['9a'];
    if (key === undefined) throw new Error('the RA has no key');
    return { key: keyOf(key.pkcs8), certificate: this.certificateOf('ben', '9a') };
  }

  private certificateOf(card: DemoCard, slot: PivSlot): Uint8Array {
    const content = this.issued.get(card)?.objects[CERTIFICATE_OBJECT[slot]] ?? '';
    return parseCertificateObject(Buffer.from(content, 'hex'), 'certificate') ?? new Uint8Array();
  }

  /** Every card as it was issued. */
  reset(): void {
    this.cards = fresh(this.issued);
  }
}

function fresh(issued: ReadonlyMap<DemoCard, CardState>): ReadonlyMap<DemoCard, VirtualPivCard> {
  return new Map([...issued].map(([card, state]) => [card, new VirtualPivCard(state)]));
}
