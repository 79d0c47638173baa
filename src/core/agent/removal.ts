import type { ScreenState } from '../contract/desktop-session.ts';
import type { AgentEffect, RemovalDecision } from './effects.ts';
import type { Policy } from './policy.ts';
import type { RemovalAction, RemovalCause } from './policy-names.ts';
import type { AgentState, CardSession, Clock, Grace } from './state.ts';

/** How long the operating system has to carry out a removal policy of its own before the agent does it. */
export const STAND_BACK_MS = 3_000;

/** What is missing so soon after a wake-up went while the machine slept. */
export const RESUME_WINDOW_MS = 5_000;

type CauseFromReader = 'card-pulled' | 'card-swapped' | 'reader-unplugged' | 'service-stopped' | 'card-process-lost';

/** Finds the cause of a loss from what the reader says and what else is known of the moment. */
export function causeOf(state: AgentState, cause: CauseFromReader, at: Clock): RemovalCause {
  if (cause === 'card-process-lost') return cause;
  if (state.resumedAt !== null && at.monotonic - state.resumedAt <= RESUME_WINDOW_MS) return 'resume';
  switch (cause) {
    case 'card-swapped':
      return 'card-pulled';
    case 'reader-unplugged':
      return state.system.remote ? 'remote-reader-dropped' : cause;
    case 'card-pulled':
    case 'service-stopped':
      return cause;
  }
}

/**
 * Decides what the loss of one active card leads to: exactly one decision a loss. A countdown or a stand-back is settled
 * later, by `settle` below.
 */
export function decideRemoval(
  state: AgentState,
  loss: {
    readonly cause: RemovalCause;
    readonly reader: string;
    readonly session: CardSession;
    readonly bystanders: readonly string[];
  },
  at: Clock,
): { state: AgentState; effects: AgentEffect[] } {
  const { cause, reader, session, bystanders } = loss;
  const number = state.counters.decision + 1;
  const rule = state.policy.removal[cause];
  const action = actionOnScreen(rule.action, state.screen);
  const plan = planFor(state.policy, cause, action, state);
  const decision: RemovalDecision = { number, cause, reader, cardId: session.cardId, action, plan };
  const effects: AgentEffect[] = [
    { type: 'session-ended', cardId: session.cardId, reader },
    { type: 'decided', decision },
  ];
  let next: AgentState = { ...state, counters: { ...state.counters, decision: number } };
  switch (plan) {
    case 'act':
      effects.push(
        { type: 'act', decision: number, action, cause },
        { type: 'settled', decision: number, by: 'acted', trigger: 'at-once' },
      );
      break;
    case 'already-locked':
      effects.push({ type: 'settled', decision: number, by: 'locked-already', trigger: null });
      break;
    case 'nothing':
      effects.push({ type: 'settled', decision: number, by: 'policy', trigger: null });
      break;
    case 'countdown':
    case 'stand-back': {
      const span = plan === 'countdown' ? rule.graceSeconds * 1000 : STAND_BACK_MS;
      const startedAt = at.monotonic;
      const grace: Grace = {
        decision: number,
        cause,
        action,
        reader,
        session,
        kind: plan,
        startedAt,
        deadline: startedAt + span,
        bystanders,
      };
      next = { ...next, graces: [...next.graces, grace] };
      break;
    }
  }
  return { state: next, effects };
}

function planFor(
  policy: Policy,
  cause: RemovalCause,
  action: RemovalAction,
  state: AgentState,
): RemovalDecision['plan'] {
  if (action === 'nothing') return 'nothing';
  if (isSafe(state.screen)) return 'already-locked';
  if (systemComesFirst(state) && (cause === 'card-pulled' || cause === 'reader-unplugged')) return 'stand-back';
  // The unattended card's countdown ran before: the time from the reminder.
  return cause !== 'unattended' && policy.removal[cause].graceSeconds > 0 ? 'countdown' : 'act';
}

function systemComesFirst({ policy, system }: AgentState): boolean {
  return policy.removal.deferToSystem && system.removalPolicy !== 'none' && system.removalPolicy !== 'unknown';
}

/** What comes of the desktop when an active card is taken out, so that its user can be told beforehand. */
export function actionWhenPulled(state: AgentState): RemovalAction {
  const { action } = state.policy.removal['card-pulled'];
  if (action === 'nothing' || !systemComesFirst(state)) return action;
  switch (state.system.removalPolicy) {
    case 'log-off':
    case 'disconnect':
      return state.system.removalPolicy;
    default:
      return 'lock';
  }
}

/**
 * A locked desktop is safe: nothing more is done to it, whatever the action. Ending the session of someone who locked it
 * before taking the card out is a well-known way to lose their work.
 */
const isSafe = (screen: ScreenState): boolean => screen === 'locked';

/**
 * During a screensaver the session is never ended: people pull their card without looking at a dark screen. Locking it is
 * enough, and needed, since a screensaver alone may open without a password.
 */
function actionOnScreen(action: RemovalAction, screen: ScreenState): RemovalAction {
  return screen === 'screensaver' && action !== 'nothing' ? 'lock' : action;
}

type Trigger = Extract<AgentEffect, { type: 'settled' }>['trigger'];

/** Ends these graces by acting. One lock serves all; every grace is settled for itself. */
export function actOnGraces(
  state: AgentState,
  isDue: (grace: Grace) => boolean,
  trigger: (grace: Grace) => Trigger,
): { state: AgentState; effects: AgentEffect[] } {
  const due = state.graces.filter(isDue);
  if (due.length === 0) return { state, effects: [] };
  const effects: AgentEffect[] = [];
  const acted = new Set<RemovalAction>();
  for (const grace of due) {
    const action = actionOnScreen(grace.action, state.screen);
    if (isSafe(state.screen)) {
      effects.push({ type: 'settled', decision: grace.decision, by: 'locked-already', trigger: trigger(grace) });
      continue;
    }
    if (!acted.has(action)) effects.push({ type: 'act', decision: grace.decision, action, cause: grace.cause });
    acted.add(action);
    effects.push({ type: 'settled', decision: grace.decision, by: 'acted', trigger: trigger(grace) });
  }
  return { state: { ...state, graces: state.graces.filter((grace) => !due.includes(grace)) }, effects };
}

/** Someone else's card during a countdown: the desktop is not theirs. `key` as {@link cardKey} tells it. */
export function anotherCard(state: AgentState, key: string): { state: AgentState; effects: AgentEffect[] } {
  return actOnGraces(
    state,
    ({ kind, session, bystanders }) => kind === 'countdown' && session.cardId !== key && !bystanders.includes(key),
    () => 'another-card',
  );
}

/** The desktop was locked, by anyone: every countdown is settled. */
export function settleLocked(state: AgentState): { state: AgentState; effects: AgentEffect[] } {
  return {
    state: { ...state, graces: [] },
    effects: state.graces.map(({ decision }) => ({ type: 'settled', decision, by: 'locked-already', trigger: null })),
  };
}
