import type { InferOutput } from 'valibot';
import type { CardFailure } from '../card/card-error.ts';
import type { CardIdentity, CertificateSlot, PinStatus, RemovalCauseSchema } from '../contract/card-process.ts';
import type { ScreenState, SystemRemovalPolicy } from '../contract/desktop-session.ts';
import type { JudgedCertificate } from '../pki/verdict.ts';
import type { FailureCode } from './failure-codes.ts';
import type { Policy } from './policy.ts';
import type { RemovalAction } from './policy-names.ts';
import type { RunningOut } from './revocation-warnings.ts';
import type { Clock } from './state.ts';

/** Everything that can happen to the agent. Time arrives with each event; the agent has no clock of its own. */
export type AgentEvent = { readonly at: Clock } & (
  | CardEvent
  | DesktopEvent
  | UserEvent
  | { readonly type: 'time-passed' }
  | { readonly type: 'policy-changed'; readonly policy: Policy }
  /** What has changed in which revocation data ends soon and cannot be renewed; all of it is told. */
  | { readonly type: 'revocation-running-out'; readonly sources: readonly RunningOut[] }
  /** The agent is about to end: nobody will be left to do later what has been decided now. */
  | { readonly type: 'ending' }
);

export type CardEvent =
  | { readonly type: 'service'; readonly state: 'running' | 'stopped' | 'absent' }
  | { readonly type: 'readers'; readonly names: readonly string[] }
  | {
      readonly type: 'inserted';
      readonly reader: string;
      readonly insertion: string;
      readonly eventCount: number;
      readonly atr: string;
    }
  | { readonly type: 'mute'; readonly reader: string; readonly insertion: string }
  | {
      readonly type: 'removed';
      readonly reader: string;
      readonly insertion: string;
      readonly cause: InferOutput<typeof RemovalCauseSchema>;
    }
  /** The card process crashed or hung: nobody watches the cards any more. */
  | { readonly type: 'card-process-lost' }
  | ({ readonly reader: string; readonly insertion: string } & CardReport);

/** What a card told about itself, always bound to one stay in one reader. */
export type CardReport =
  | { readonly type: 'recognised'; readonly identity: CardIdentity }
  | { readonly type: 'pin-status'; readonly status: PinStatus }
  | {
      readonly type: 'certificate';
      readonly slot: CertificateSlot;
      readonly certificate: JudgedCertificate;
      /** The card itself has shown it in this stay; otherwise it is known from an earlier one. */
      readonly shown: boolean;
    }
  | { readonly type: 'read-finished'; readonly failure: CardFailure | null }
  | {
      readonly type: 'attempt-finished';
      readonly attempt: number;
      readonly outcome: AttemptOutcome;
      /** Whether the card has shown that it holds the key of its sign-in certificate. */
      readonly possession: 'proven' | 'not-proven' | 'not-asked';
    };

export type AttemptOutcome =
  | { readonly ok: true; readonly status: PinStatus }
  | { readonly ok: false; readonly failure: CardFailure };

export type DesktopEvent =
  | { readonly type: 'screen'; readonly screen: ScreenState }
  | { readonly type: 'removal-policy-of-system'; readonly removalPolicy: SystemRemovalPolicy }
  | { readonly type: 'user-idle' }
  | { readonly type: 'user-active' }
  | { readonly type: 'resumed' }
  | {
      readonly type: 'action-finished';
      readonly decision: number;
      readonly action: RemovalAction;
      readonly done: boolean;
    };

export type UserEvent =
  | {
      readonly type: 'attempt';
      readonly attempt: number;
      readonly kind: AttemptKind;
      readonly reader: string;
      /** The card that the passcode was typed for, as it was shown; null: whichever is in that reader. */
      readonly cardId: string | null;
      /** What the passcode rules object to; the passcode itself never comes here. */
      readonly problem: FailureCode | null;
      /** The user has been told that this is the last try, and wants it. */
      readonly lastTry: boolean;
    }
  | { readonly type: 'lock-now' }
  /** Look at the card again, after an error that may have passed. */
  | { readonly type: 'read-again'; readonly reader: string };

/** `verify`: sign in. `change`: passcode known. `unblock`: with the PUK. */
export type AttemptKind = 'verify' | 'change' | 'unblock';
