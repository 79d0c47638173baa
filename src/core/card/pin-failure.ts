import type { PinStatus } from '../contract/card-process.ts';
import type { CardFailure } from './card-error.ts';
import type { PinOutcome } from './piv/pin.ts';
import { failureOf, STATUS } from './status-word.ts';

type Unaccepted = Exclude<PinOutcome, { kind: 'accepted' }>;

/** Reasons not to send a PIN, by the counter that was just read. Null: send it. */
export function guard(before: PinStatus, lastTry: 'refuse' | 'allow'): CardFailure | null {
  if (before.state === 'blocked') return { code: 'pin-blocked' };
  const enough = before.triesLeft !== null && before.triesLeft > 1;
  return enough || lastTry === 'allow' ? null : { code: 'last-try-guarded', triesLeft: before.triesLeft };
}

/** Outcomes of which the counter has to be read again to know what they cost. */
export function wantsCounter(outcome: Unaccepted): boolean {
  return outcome.kind === 'format' || (outcome.kind === 'wrong' && outcome.triesLeft === null);
}

/**
 * The failure for an unaccepted PIN; `after` is the counter read again where {@link wantsCounter}. The last wrong try is
 * answered by 63C0 on some cards and by 6983 on others.
 */
export function pinFailure(outcome: Unaccepted, before: PinStatus, after: PinStatus): CardFailure {
  switch (outcome.kind) {
    case 'blocked':
      return { code: 'pin-blocked' };
    case 'refused':
      return failureOf(outcome.statusWord, 'PIN');
    case 'wrong': {
      const triesLeft = outcome.triesLeft ?? after.triesLeft ?? oneLess(before.triesLeft);
      return triesLeft === null
        ? { code: 'card-refused', statusWord: STATUS.verificationFailed }
        : { code: 'wrong-pin', triesLeft };
    }
    case 'format': {
      if (after.state === 'blocked') return { code: 'pin-blocked' };
      const { triesLeft } = after;
      const cost = triesLeft !== null && before.triesLeft !== null && triesLeft < before.triesLeft;
      return cost ? { code: 'wrong-pin', triesLeft } : { code: 'pin-format' };
    }
  }
}

/** The failure for an unaccepted PUK, whose counter few cards tell beforehand. */
export function pukFailure(outcome: Unaccepted, triesBefore: number | null): CardFailure {
  switch (outcome.kind) {
    case 'blocked':
      return { code: 'puk-blocked' };
    case 'refused':
      return failureOf(outcome.statusWord, 'PUK');
    case 'format':
      return { code: 'pin-format' };
    case 'wrong': {
      const triesLeft = outcome.triesLeft ?? oneLess(triesBefore);
      return triesLeft === null
        ? { code: 'card-refused', statusWord: STATUS.verificationFailed }
        : { code: 'wrong-puk', triesLeft };
    }
  }
}

function oneLess(tries: number | null): number | null {
  return tries === null ? null : Math.max(0, tries - 1);
}
