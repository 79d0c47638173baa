import type { UnlockDoing, UnlockStep, UnlockView } from '../contract/unlock.ts';
import { hasWorked, isOver, type JourneyPhase, type UnlockJourney } from './unlock-state.ts';

/** An unlock as the window shows it. */

const STEPS: Readonly<Record<JourneyPhase, UnlockStep>> = {
  address: 'address',
  starting: 'working',
  code: 'code',
  'checking-code': 'working',
  asking: 'working',
  passcode: 'passcode',
  proving: 'working',
  'waiting-for-ra': 'waiting-for-ra',
  performing: 'working',
  looking: 'working',
  reporting: 'working',
  done: 'done',
  failed: 'failed',
};

function doingOf({ phase, way, attempt }: UnlockJourney): UnlockDoing | null {
  switch (phase) {
    case 'starting':
      return way === 'assisted' ? 'starting' : 'sending-code';
    case 'asking':
      return 'starting';
    case 'checking-code':
      return 'checking-code';
    case 'proving':
      return 'proving-card';
    case 'performing':
    case 'looking':
      return 'setting-passcode';
    case 'reporting':
      return hasWorked(attempt?.result) ? 'telling-desk' : 'setting-passcode';
    default:
      return null;
  }
}

export function viewOfUnlock(journey: UnlockJourney): UnlockView {
  const { reader, cardId, way, phase, expiresAt, codeTriesLeft, lost, truth } = journey;
  const cardIn = journey.insertion !== null;
  const waitsForCard = !cardIn && (phase === 'proving' || phase === 'looking');
  return {
    reader,
    cardId,
    way,
    step: STEPS[phase],
    doing: doingOf(journey),
    expiresAt: isOver(phase) ? null : expiresAt,
    codeTriesLeft,
    problem: waitsForCard ? 'Unlock_CardOut' : journey.problem,
    cardIn,
    halted: journey.halted,
    // A desk that says "too often" was reached.
    network: lost === null || journey.problem === 'Desk_TooMany' ? 'fine' : 'lost',
    retryAt: lost?.retryAt ?? null,
    truth,
  };
}
