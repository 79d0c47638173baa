import type { AttemptResult, ReleaseMode, UnlockFailure } from '../../../../src/core/contract/card-desk/shapes.ts';

/**
 * What the desk knows about a card's unblocking code (PUK), and what follows from each report. The desk holds the `current`
 * code and, from a release until its report, the `next` one that the card was told to change to. Whatever crashes, one of the
 * two is true; `unproven` says that it is not known which.
 */

export type PukCondition = 'settled' | 'unproven' | 'lost' | 'blocked';

export type PukState = {
  readonly condition: PukCondition;
  /**
   * As the card told after a wrong code, less one for each release since whose code may have been wrong and whose report
   * never came; null: full as far as the desk knows.
   */
  readonly triesLeft: number | null;
};

/**
 * What happens to the two codes: `promote`: the next one is the current one. `draw`: a new next one is made. `forget-next`: an
 * agent says that it has not used it. `drop-next`: the card says that it is false.
 */
export type CodeChange = 'keep' | 'draw' | 'promote' | 'promote-and-draw' | 'swap' | 'forget-next' | 'drop-next';

export type ReleasePlan =
  | { readonly mode: ReleaseMode; readonly codes: CodeChange; readonly state: PukState }
  | { readonly refused: UnlockFailure };

/** A wrong code costs a try, and a card whose unblocking code is blocked is lost: the last try is never made. */
const LAST_TRY = 1;
/** No card of this field has fewer; most do not tell. */
const FEWEST_TRIES = 3;

export function planRelease(state: PukState): ReleasePlan {
  switch (state.condition) {
    case 'lost':
      return { refused: 'puk-refused' };
    case 'blocked':
      return { refused: 'puk-blocked' };
    case 'settled':
    case 'unproven':
      if (state.triesLeft !== null && state.triesLeft <= LAST_TRY) return { refused: 'puk-one-try-left' };
      return state.condition === 'settled'
        ? { mode: 'replace', codes: 'draw', state: { ...state, condition: 'unproven' } }
        : { mode: 'probe', codes: 'keep', state: { ...state, triesLeft: (state.triesLeft ?? FEWEST_TRIES) - 1 } };
  }
}

export type ReportPlan = {
  readonly state: PukState;
  readonly codes: CodeChange;
  /** What comes of the journey; `again`: the card was not touched, and has to prove itself anew. */
  readonly outcome: 'unlocked' | 'again' | { readonly release: ReleaseMode } | { readonly failed: UnlockFailure };
};

/** Null: no such result can come of a release of this mode. */
export function planReport(
  mode: ReleaseMode,
  result: AttemptResult,
  triesLeft: number | null,
  state: PukState,
): ReportPlan | null {
  const settled: PukState = { condition: 'settled', triesLeft: null };
  const unproven: PukState = { condition: 'unproven', triesLeft: null };
  if (result === 'blocked') {
    return { state: { condition: 'blocked', triesLeft: 0 }, codes: 'keep', outcome: { failed: 'puk-blocked' } };
  }
  switch (mode) {
    case 'replace':
    case 'change':
      switch (result) {
        case 'untouched':
          return { state: { ...state, condition: 'settled' }, codes: 'forget-next', outcome: 'again' };
        case 'unblocked':
          return { state: unproven, codes: 'keep', outcome: 'unlocked' };
        case 'changed':
          return { state: settled, codes: 'promote', outcome: 'unlocked' };
        case 'wrong':
          return { state: { condition: 'lost', triesLeft }, codes: 'keep', outcome: { failed: 'puk-refused' } };
        case 'not-known':
          // A passcode that is still blocked was most likely not set, and the code not changed: that one is probed first.
          return {
            state: { ...state, condition: 'unproven' },
            codes: mode === 'replace' ? 'swap' : 'keep',
            outcome: 'again',
          };
      }
      break;
    case 'probe':
      switch (result) {
        case 'untouched':
          // The try that the release was counted for was not made.
          return { state: { ...state, triesLeft: (state.triesLeft ?? 0) + 1 }, codes: 'keep', outcome: 'again' };
        case 'unblocked':
          return { state: unproven, codes: 'promote-and-draw', outcome: { release: 'change' } };
        case 'changed':
          return null;
        case 'not-known':
          // Had the code been right, the passcode would most likely not be blocked: the other code is tried next, and not this
          // one again, which could spend a second try.
          return { state, codes: 'swap', outcome: 'again' };
        case 'wrong':
          // The next code is false, so the current one is true. A counter that the card does not tell may be at its last try.
          return triesLeft === null || triesLeft <= LAST_TRY
            ? {
                state: { condition: 'settled', triesLeft: triesLeft ?? LAST_TRY },
                codes: 'drop-next',
                outcome: { failed: 'puk-one-try-left' },
              }
            : { state: { condition: 'unproven', triesLeft }, codes: 'draw', outcome: { release: 'replace' } };
      }
  }
}
