import type { Reader } from '../../core/agent/state.ts';
import { CERTIFICATE_SLOTS, type CertificateSlot } from '../../core/contract/card-process.ts';
import type { JudgedCertificate } from '../../core/pki/verdict.ts';
import type { CertificateJudge } from '../certificates/certificate-judge.ts';

/** Where a certificate was read: of one card, for as long as it stays in that reader. */
export type CertificatePlace = {
  readonly reader: string;
  readonly insertion: string;
  readonly slot: CertificateSlot;
};

/** The certificates of the cards that are in, and their judgements that are under way. */
export class CardCertificates {
  readonly #judge: CertificateJudge;
  readonly #onVerdict: (place: CertificatePlace, verdict: JudgedCertificate, shown: boolean) => void;
  readonly #kept = new Map<string, { readonly insertion: string; readonly der: Uint8Array }>();
  /** By the stay of the card that they are about. */
  readonly #underWay = new Map<string, Set<Promise<void>>>();
  #judgements = 0;
  /** The number of the newest judgement that was told, by slot and reader. */
  readonly #newestTold = new Map<string, number>();

  /** @param onVerdict `shown`: as it was given to {@link judge} */
  constructor(
    judge: CertificateJudge,
    onVerdict: (place: CertificatePlace, verdict: JudgedCertificate, shown: boolean) => void,
  ) {
    this.#judge = judge;
    this.#onVerdict = onVerdict;
  }

  keep(place: CertificatePlace, der: Uint8Array): void {
    this.#kept.set(keyOf(place), { insertion: place.insertion, der });
  }

  /** Null: the card has none there, or it was not read yet. */
  derOf(place: CertificatePlace): Uint8Array | null {
    const kept = this.#kept.get(keyOf(place));
    return kept?.insertion === place.insertion ? kept.der : null;
  }

  /** @param shown whether it is the card's word, and not what is remembered of it */
  judge(place: CertificatePlace, shown: boolean): void {
    const { insertion, slot } = place;
    const key = keyOf(place);
    const others = [...this.#kept].flatMap(([other, each]) =>
      each.insertion === insertion && other !== key ? [each.der] : [],
    );
    const number = ++this.#judgements;
    const work = this.#judge.judge({ der: this.derOf(place), slot, others }).then((verdict) => {
      // A later question about the same certificate may have been answered sooner.
      if (number < (this.#newestTold.get(key) ?? 0)) return;
      this.#newestTold.set(key, number);
      this.#onVerdict(place, verdict, shown);
    });
    const running = this.#underWay.get(insertion) ?? new Set();
    this.#underWay.set(insertion, running.add(work));
    void work.finally(() => {
      running.delete(work);
      if (running.size === 0) this.#underWay.delete(insertion);
    });
  }

  /** Resolves when what is under way about this card's stay is told. */
  async told(insertion: string): Promise<void> {
    await Promise.all(Array.from(this.#underWay.get(insertion) ?? []));
  }

  /** Something has changed that the word on certificates depends on. */
  judgeAgain(readers: readonly Reader[]): void {
    for (const { name: reader, slot: card } of readers) {
      if (card.kind !== 'card') continue;
      for (const slot of CERTIFICATE_SLOTS) {
        const { insertion } = card;
        if (card.certificates[slot] !== undefined) this.judge({ reader, insertion, slot }, false);
      }
    }
  }

  /** Certificates are kept only while their card is in: they may have to be judged again. */
  keepOnlyOf(readers: readonly Reader[]): void {
    if (this.#kept.size === 0) return;
    const present = new Set(readers.map(({ slot }) => (slot.kind === 'card' ? slot.insertion : null)));
    for (const [key, { insertion }] of this.#kept) if (!present.has(insertion)) this.#kept.delete(key);
  }
}

const keyOf = ({ slot, reader }: CertificatePlace) => `${slot} ${reader}`;
