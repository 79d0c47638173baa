import type { CertificateSlot } from '../../core/contract/card-process.ts';
import type { CardRules } from '../../core/pki/card-certificate.ts';
import type { JudgedCertificate } from '../../core/pki/verdict.ts';

/** What the agent's main thread and the judge's thread say to each other. Both are ours; the bytes are not. */

/** A certificate that the organisation has put there. */
export type TrustedCertificate = { readonly fingerprint: string; readonly name: string; readonly notAfter: number };

export type TrustFiles = {
  readonly anchors: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
  /** Whether the anchors of the operating system count too; reading them takes a while, and is done where the judge is. */
  readonly system: boolean;
};

/** What the judge has of it. */
export type Trusted = {
  readonly certificates: readonly TrustedCertificate[];
  /** Which of those that it was given are no certificates, by their places. */
  readonly malformed: { readonly anchors: readonly number[]; readonly intermediates: readonly number[] };
  /** Why the anchors of the operating system cannot be had; null: they can, or are not wanted. */
  readonly systemFault: string | null;
};

/** Where revocation data about a path can be had. */
export type RevocationWish =
  | { readonly kind: 'crl'; readonly url: string }
  | { readonly kind: 'ocsp'; readonly url: string; readonly key: OcspKey; readonly id: Uint8Array }
  /** The certificate of an issuer that nobody has yet (AIA). */
  | { readonly kind: 'certificate'; readonly url: string };

/** Lower-case hex: SHA-256 of the issuer's name and key, and the serial number. */
export type OcspKey = { readonly issuer: string; readonly serial: string };

/** Whether what was fetched, or read from disk, says something that holds. */
export type Offered =
  | {
      readonly ok: true;
      readonly thisUpdate: number;
      readonly nextUpdate: number | null;
      /** False where it says word for word what was known already. */
      readonly isNew: boolean;
      /** A time that is now, by an answer that holds the nonce of our question; null: it proves none. */
      readonly proves: number | null;
    }
  /** Signed by whom it should be, but told for a time that has not come: the clock here is behind. */
  | { readonly ok: false; readonly why: 'not-yet'; readonly thisUpdate: number }
  | { readonly ok: false; readonly why: 'over'; readonly proves: number | null }
  | { readonly ok: false; readonly why: OfferFault };
export const OFFER_FAULTS = [
  'malformed',
  'signer-not-trusted',
  /** Than what is there. */
  'older',
  /** A list of another issuer, or for other certificates, than the one that is there and holds. */
  'other-list',
  'other-certificate',
  'nonce-replayed',
  'responder-refused',
  'responder-does-not-know',
] as const;
export type OfferFault = (typeof OFFER_FAULTS)[number];

/** What was offered, for whoever keeps it: the bytes may have been away meanwhile. */
export type Examined = { readonly offered: Offered; readonly der: Uint8Array };

export type Judgement = { readonly judged: JudgedCertificate; readonly wishes: readonly RevocationWish[] };

export type JudgeOrder =
  | { readonly type: 'trust'; readonly id: number; readonly trust: TrustFiles }
  | {
      readonly type: 'judge';
      readonly id: number;
      readonly der: Uint8Array | null;
      readonly slot: CertificateSlot;
      /** Other certificates of the same card. */
      readonly others: readonly Uint8Array[];
      readonly rules: CardRules;
      /** Milliseconds since 1970. */
      readonly at: number;
    }
  | {
      readonly type: 'offer-list';
      readonly id: number;
      readonly url: string;
      readonly der: Uint8Array;
      readonly rules: CardRules;
      readonly at: number;
    }
  | {
      readonly type: 'offer-answer';
      readonly id: number;
      readonly key: OcspKey;
      readonly der: Uint8Array;
      /** What the question held; null: the answer comes from disk. */
      readonly nonce: Uint8Array | null;
      readonly rules: CardRules;
      readonly at: number;
    }
  | { readonly type: 'offer-certificate'; readonly id: number; readonly der: Uint8Array };

export type JudgeReply =
  | ({ readonly type: 'trusted'; readonly id: number } & Trusted)
  | ({ readonly type: 'judged'; readonly id: number } & Judgement)
  | {
      readonly type: 'offered';
      readonly id: number;
      readonly offered: Offered;
      /** A list that was handed over, handed back: it may be large, and copying takes its time. */
      readonly der?: Uint8Array;
    };
