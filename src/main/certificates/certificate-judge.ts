import { rulesFor } from '../../core/agent/certificate-rules.ts';
import type { Policy } from '../../core/agent/policy.ts';
import type { RunningOut } from '../../core/agent/revocation-warnings.ts';
import type { CertificateSlot } from '../../core/contract/card-process.ts';
import { judgeCardCertificate } from '../../core/pki/card-certificate.ts';
import type { JudgedCertificate } from '../../core/pki/verdict.ts';

/** A certificate of a card that is in. */
export type CardCertificate = {
  /** DER; null for an empty slot. */
  readonly der: Uint8Array | null;
  readonly slot: CertificateSlot;
  /** The other certificates of the same card. */
  readonly others: readonly Uint8Array[];
};

/** Whoever gives the word on certificates. */
export interface CertificateJudge {
  /** Never rejects. */
  judge(certificate: CardCertificate): Promise<JudgedCertificate>;
  /** Calls back when what was judged is to be judged again. Returns how to stop. */
  onNews(listener: () => void): () => void;
  /** Calls back with all revocation data that ends soon and cannot be renewed, when that changes. Returns how to stop. */
  onRunningOut(listener: (sources: readonly RunningOut[]) => void): () => void;
  /** What was judged is then to be judged again: told by {@link onNews}, as soon as it can be. */
  changePolicy(policy: Policy): void;
  /** The machine woke: what could not be had may be had now. */
  resumed(): void;
  stop(): Promise<void>;
}

/** Looks at dates and names alone: for whoever has no anchors and keeps no revocation data. */
export class DatesJudge implements CertificateJudge {
  readonly #listeners = new Set<() => void>();
  #policy: Policy;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  async judge({ der, slot }: CardCertificate): Promise<JudgedCertificate> {
    return judgeCardCertificate(der, rulesFor(this.#policy, slot), null, Date.now()).judged;
  }

  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRunningOut(): () => void {
    return () => undefined;
  }

  changePolicy(policy: Policy): void {
    this.#policy = policy;
    for (const listener of this.#listeners) listener();
  }

  resumed(): void {}

  async stop(): Promise<void> {}
}
