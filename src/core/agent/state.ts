import type { CardFailure } from '../card/card-error.ts';
import type { CardIdentity, CertificateSlot, PinStatus } from '../contract/card-process.ts';
import type { ScreenState, SystemRemovalPolicy } from '../contract/desktop-session.ts';
import type { JudgedCertificate } from '../pki/verdict.ts';
import type { AttemptKind } from './events.ts';
import type { Policy } from './policy.ts';
import type { RemovalAction, RemovalCause } from './policy-names.ts';
import type { RunningOut } from './revocation-warnings.ts';

/**
 * All that the agent knows. Immutable: `reduce` makes the next one. It never holds a passcode, a PUK or a code; those
 * stay with src/main under the number of the attempt they belong to.
 */
export type AgentState = {
  readonly policy: Policy;
  readonly clock: Clock;
  /** `starting` until the card process has told. */
  readonly service: 'starting' | 'running' | 'stopped' | 'absent';
  /** In the order in which the service lists them. */
  readonly readers: readonly Reader[];
  /** Active cards that are gone and may still come back. */
  readonly graces: readonly Grace[];
  /** The removal rule of an unattended card, waiting for its moment. */
  readonly unattended: Unattended | null;
  /**
   * Nobody has touched keyboard or mouse for the policy's time; null: somebody has. A card that comes in meanwhile is a sign of
   * life: its user is reminded at `remindAt` (monotonic), when as much time again has passed.
   */
  readonly idle: { readonly remindAt: number | null } | null;
  readonly screen: ScreenState;
  readonly system: SystemFacts;
  /** Monotonic: the machine woke at this moment; what is missing since then went while it slept. */
  readonly resumedAt: number | null;
  /** The last removal action that the desktop did not carry out; null once one has worked. */
  readonly failedAction: FailedAction | null;
  /** The last lock that was confirmed, and how often it has been repeated because it fell at once. */
  readonly lastLock: { readonly decision: number; readonly at: number; readonly repeats: number } | null;
  readonly counters: { readonly decision: number };
  readonly alerts: AlertMemory;
  /** What runs out now, and what IT has been told of: a source that comes and goes within one window is told once. */
  readonly revocation: { readonly runningOut: readonly RunningOut[]; readonly told: readonly RunningOut[] };
};

/** Both clocks of one moment: `monotonic` for spans, `wall` (since 1970) for dates. Milliseconds. */
export type Clock = { readonly monotonic: number; readonly wall: number };

export type SystemFacts = {
  /** Stands for one start of the machine; a login does not outlive it. */
  readonly bootId: string;
  /** A session displayed elsewhere: its readers come and go with the connection. */
  readonly remote: boolean;
  readonly removalPolicy: SystemRemovalPolicy;
};

export type FailedAction = {
  readonly decision: number;
  readonly action: RemovalAction;
  /** How often it has been tried again, and when the next time is (monotonic; null: not again). */
  readonly retries: number;
  readonly retryAt: number | null;
};

export type Reader = { readonly name: string; readonly slot: Slot };

export type Slot = { readonly kind: 'empty' } | { readonly kind: 'mute'; readonly insertion: string } | CardSlot;

export type CardSlot = {
  readonly kind: 'card';
  readonly insertion: string;
  readonly eventCount: number;
  /** Lower-case hex. */
  readonly atr: string;
  readonly reading: 'identifying' | 'details' | 'done' | 'unsupported' | 'failed';
  /** How often the card has been read in this stay: a card that is not ready at once is read again, but not for ever. */
  readonly readings: number;
  readonly failure: CardFailure | null;
  readonly identity: CardIdentity | null;
  readonly pin: PinStatus | null;
  readonly certificates: Readonly<Partial<Record<CertificateSlot, JudgedCertificate>>>;
  /** The number of the operation the card is at work on for the user; null when idle. */
  readonly attempt: number | null;
  readonly attemptKind: AttemptKind | null;
  /** In this stay the card could not show that it holds the key of its sign-in certificate. */
  readonly keyMismatch: boolean;
  readonly session: CardSession | null;
};

/** From passcode accepted to card removed. */
export type CardSession = {
  readonly login: Login;
  /** Wall clock. */
  readonly since: number;
  readonly cardId: string;
  /** The sign-in certificate when the session began: what comes back must still carry it. */
  readonly signIn: { readonly slot: CertificateSlot; readonly fingerprint: string | null };
  /** Fingerprints already warned about in this login, and codes of warnings that are told once a login. */
  readonly alerted: readonly string[];
};

/** What makes two sign-ins the same login: same start of the machine, same stay of the same card in the same reader. */
export type Login = {
  readonly bootId: string;
  readonly reader: string;
  readonly eventCount: number;
  readonly cardId: string;
};

export type Grace = {
  readonly decision: number;
  readonly cause: RemovalCause;
  readonly action: RemovalAction;
  readonly reader: string;
  readonly session: CardSession;
  /** `countdown`: the same card may come back. `stand-back`: the operating system is expected to act. */
  readonly kind: 'countdown' | 'stand-back';
  /** Monotonic. */
  readonly startedAt: number;
  readonly deadline: number;
  /** The cards that were in other readers at the time ({@link cardKey}): when the service tells of them anew, nobody has come. */
  readonly bystanders: readonly string[];
};

export type Unattended = {
  readonly remindedAt: number;
  /** Monotonic. */
  readonly deadline: number;
};

/** Outlives the agent: which login has been warned about which certificate. The newest first, bounded. */
export type AlertMemory = {
  readonly alerts: readonly AlertRecord[];
};

export type AlertRecord = { readonly login: Login; readonly fingerprint: string; readonly rung: number };

/** One record for each certificate of each of the last logins of a shared workstation. */
export const MAX_ALERT_RECORDS = 400;

export function initialState(
  policy: Policy,
  clock: Clock,
  system: SystemFacts,
  alerts: AlertMemory = { alerts: [] },
): AgentState {
  return {
    policy,
    clock,
    service: 'starting',
    readers: [],
    graces: [],
    unattended: null,
    idle: null,
    screen: 'unknown',
    system,
    resumedAt: null,
    failedAction: null,
    lastLock: null,
    counters: { decision: 0 },
    alerts,
    revocation: { runningOut: [], told: [] },
  };
}

export function sameLogin(a: Login, b: Login): boolean {
  return a.bootId === b.bootId && a.reader === b.reader && a.eventCount === b.eventCount && a.cardId === b.cardId;
}

export function cardIn(state: AgentState, reader: string): CardSlot | null {
  const slot = state.readers.find(({ name }) => name === reader)?.slot;
  return slot?.kind === 'card' ? slot : null;
}

/** Tells cards apart, also those that never said who they are. */
export function cardKey(card: CardSlot): string {
  return card.identity?.cardId ?? `atr:${card.atr}`;
}

export function hasActiveCard(state: AgentState): boolean {
  return state.readers.some(({ slot }) => slot.kind === 'card' && slot.session !== null);
}

export function withSlot(state: AgentState, reader: string, slot: Slot): AgentState {
  const readers = state.readers.some(({ name }) => name === reader)
    ? state.readers.map((each) => (each.name === reader ? { name: reader, slot } : each))
    : [...state.readers, { name: reader, slot }];
  return { ...state, readers };
}

/** The earliest monotonic moment at which the state wants a `time-passed` event; null: none. */
export function nextDeadline(state: AgentState): number | null {
  const moments = state.graces.map((grace) => grace.deadline);
  if (state.unattended !== null) moments.push(state.unattended.deadline);
  const remindAt = state.idle?.remindAt ?? null;
  if (remindAt !== null) moments.push(remindAt);
  const retryAt = state.failedAction?.retryAt ?? null;
  if (retryAt !== null) moments.push(retryAt);
  for (const { slot } of state.readers) {
    if (slot.kind !== 'card') continue;
    for (const certificate of Object.values(slot.certificates)) {
      const at = certificate.verdict.judgeAgainAt;
      if (at !== null) moments.push(state.clock.monotonic + (at - state.clock.wall));
    }
  }
  return moments.length === 0 ? null : Math.min(...moments);
}
