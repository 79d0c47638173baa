import type { CertificateSlot } from '../contract/card-process.ts';
import type { AttemptKind, AttemptOutcome } from './events.ts';
import type { FailureCode } from './failure-codes.ts';
import type { NoticeCode } from './notice-codes.ts';
import type { RemovalAction, RemovalCause } from './policy-names.ts';
import type { RunningOut } from './revocation-warnings.ts';
import type { Login } from './state.ts';

/** What the agent wants done. src/main does it, in order, and answers with events. */
export type AgentEffect =
  | { readonly type: 'read'; readonly reader: string; readonly insertion: string }
  | {
      readonly type: 'operate';
      readonly attempt: number;
      readonly kind: AttemptKind;
      readonly reader: string;
      readonly insertion: string;
      readonly cardId: string;
      readonly lastTry: 'refuse' | 'allow';
    }
  /** The attempt is over; its secrets are overwritten if they were not sent. */
  | { readonly type: 'answer'; readonly attempt: number; readonly result: AttemptResult }
  /** Judge a certificate of this card anew: a date has been reached. */
  | { readonly type: 'judge'; readonly reader: string; readonly insertion: string; readonly slot: CertificateSlot }
  | {
      readonly type: 'act';
      readonly decision: number;
      readonly action: RemovalAction;
      readonly cause: RemovalCause | 'user' | 'lock-fell' | 'lock-failed' | 'action-failed';
    }
  | { readonly type: 'decided'; readonly decision: RemovalDecision }
  | {
      readonly type: 'settled';
      readonly decision: number;
      readonly by: 'acted' | 'card-returned' | 'locked-already' | 'policy';
      readonly trigger: 'at-once' | 'countdown-over' | 'another-card' | 'system-did-not-act' | 'agent-ending' | null;
    }
  | {
      readonly type: 'warn-of-expiry';
      readonly login: Login;
      readonly slot: CertificateSlot;
      readonly fingerprint: string;
      readonly rung: number;
      readonly daysLeft: number;
      /** Milliseconds since 1970. */
      readonly notAfter: number;
    }
  /** A certificate between this one and its anchor, or the anchor, stands on the ladder: for IT. */
  | {
      readonly type: 'issuer-ending';
      readonly fingerprint: string;
      readonly name: string;
      readonly rung: number;
      readonly daysLeft: number;
    }
  /** Revocation data ends soon and could not be renewed: for IT, once for each source and window. */
  | ({ readonly type: 'revocation-running-out' } & RunningOut)
  | { readonly type: 'session-began'; readonly cardId: string; readonly reader: string }
  | { readonly type: 'session-ended'; readonly cardId: string; readonly reader: string }
  /** `until`: how long what is told of can last, milliseconds since 1970; left out where it has no end. */
  | { readonly type: 'tell'; readonly code: NoticeCode; readonly until?: number };

/** One for each loss of an active card: the audit's unit. */
export type RemovalDecision = {
  readonly number: number;
  readonly cause: RemovalCause;
  readonly reader: string;
  readonly cardId: string;
  readonly action: RemovalAction;
  /** `already-locked`: nothing to do. `countdown`, `stand-back`: settled later. */
  readonly plan: 'act' | 'countdown' | 'stand-back' | 'already-locked' | 'nothing';
};

export type AttemptResult = AttemptOutcome | { readonly ok: false; readonly code: FailureCode };
