/**
 * Everything that can go wrong between an operation and a card, as data: it crosses process borders and ends in
 * docs/failure-codes.md. `retriable` answers one question: can the same call, made again in a moment, succeed?
 */
export type CardFailure =
  /** The passcode was wrong and cost a try; `triesLeft` as the card counts them (0 = now blocked). */
  | { readonly code: 'wrong-pin'; readonly triesLeft: number }
  | { readonly code: 'wrong-puk'; readonly triesLeft: number }
  | { readonly code: 'pin-blocked' }
  | { readonly code: 'puk-blocked' }
  /** Not sent: it would have been the last try (or the counter could not be read) and the caller did not allow that. */
  | { readonly code: 'last-try-guarded'; readonly triesLeft: number | null }
  /** Not sent, or refused by the card without costing a try: this cannot be a PIN of this card. */
  | { readonly code: 'pin-format' }
  | { readonly code: 'not-supported'; readonly what: string }
  | { readonly code: 'object-absent'; readonly what: string }
  /** The card wants the PIN (or the admin key) first: SW 6982. */
  | { readonly code: 'not-authorised' }
  /** A status word that the operation has no better word for. */
  | { readonly code: 'card-refused'; readonly statusWord: number }
  /** The card answered something that is not what the standard says; `what` names the object or field, never its content. */
  | { readonly code: 'malformed-answer'; readonly what: string }
  | { readonly code: 'card-removed' }
  /** No answer to reset, or no longer answering. */
  | { readonly code: 'card-mute' }
  /** Another program holds the card; `holder` is its name where the system tells. */
  | { readonly code: 'reader-busy'; readonly holder: string | null }
  | { readonly code: 'reader-gone' }
  | { readonly code: 'service-stopped' }
  | { readonly code: 'timed-out' }
  /** The card process crashed, hung or was shut down while it worked on this. */
  | { readonly code: 'card-process-lost' }
  /** Any other PC/SC return code, by name (SCARD_...). */
  | { readonly code: 'pcsc'; readonly name: string };

export type CardFailureCode = CardFailure['code'];

const RETRIABLE: ReadonlySet<CardFailureCode> = new Set([
  'card-mute',
  'reader-busy',
  'service-stopped',
  'timed-out',
  'card-process-lost',
]);

export class CardError extends Error {
  override readonly name = 'CardError';
  readonly failure: CardFailure;

  constructor(failure: CardFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }

  get retriable(): boolean {
    return RETRIABLE.has(this.failure.code);
  }
}

/** For logs: the code and its harmless detail. Never carries a PIN, a PUK, or bytes of a card. */
function describe(failure: CardFailure): string {
  switch (failure.code) {
    case 'wrong-pin':
    case 'wrong-puk':
    case 'last-try-guarded':
      return `${failure.code} (tries left: ${failure.triesLeft ?? 'unknown'})`;
    case 'card-refused':
      return `${failure.code} (${failure.statusWord.toString(16).padStart(4, '0')})`;
    case 'not-supported':
    case 'object-absent':
    case 'malformed-answer':
      return `${failure.code} (${failure.what})`;
    case 'reader-busy':
      return failure.holder === null ? failure.code : `${failure.code} (${failure.holder})`;
    case 'pcsc':
      return `${failure.code} (${failure.name})`;
    default:
      return failure.code;
  }
}
