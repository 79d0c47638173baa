import type { CardIdentity, CardSummary, CertificateSlot } from '../../contract/card-process.ts';
import type { PinReference } from './pin.ts';

/** One certificate slot as it was read. */
export type ReadCertificate = {
  /** Null: none there, or none that could be read. */
  readonly der: Uint8Array | null;
  readonly unreadable: boolean;
  /** The object's content as it stood on the card; null: no object. A new certificate shows in its first bytes already. */
  readonly content: Uint8Array | null;
};

export type Certificates = Readonly<Record<CertificateSlot, ReadCertificate>>;

export type KnownCard = {
  readonly identity: CardIdentity;
  readonly certificates: Certificates;
  readonly pinReference: PinReference;
  readonly summary: Omit<CardSummary, 'apdus'>;
};

/** A card whose certificates and their objects are larger than this is read anew each time, so that the memory stays small. */
const MAX_BYTES_A_CARD = 64 * 1024;

/**
 * The cards that were in a reader lately, by the CHUID they presented, so that one put back needs no second reading. Only
 * public data, in memory only. What it recalls is a claim by the card's CHUID, which can be copied: who trusts it reads the
 * sign-in certificate again, and asks for a proof of possession where it matters.
 */
export class KnownCards {
  readonly #capacity: number;
  /** Oldest first. */
  readonly #cards = new Map<string, KnownCard>();

  constructor(capacity = 64) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#cards.size;
  }

  recall(key: string): KnownCard | null {
    const card = this.#cards.get(key);
    if (card === undefined) return null;
    this.#cards.delete(key);
    this.#cards.set(key, card);
    return card;
  }

  remember(key: string, card: KnownCard): void {
    this.#cards.delete(key);
    const bytes = Object.values(card.certificates).reduce(
      (sum, { content, der }) => sum + (content?.length ?? 0) + (der?.length ?? 0),
      0,
    );
    if (bytes > MAX_BYTES_A_CARD) return;
    this.#cards.set(key, card);
    const [oldest] = this.#cards.keys();
    if (this.#cards.size > this.#capacity && oldest !== undefined) this.#cards.delete(oldest);
  }

  forget(key: string): void {
    this.#cards.delete(key);
  }
}
