import type { AgentState } from '../../core/agent/state.ts';
import type { DesktopSession } from '../../core/contract/desktop-session.ts';
import type { TrustState } from '../certificates/certificate-service.ts';
import type { LoadedPolicy } from '../store/policy-source.ts';
import { callDesk } from './desk-call.ts';
import {
  agentFinding,
  cardFindings,
  clockFinding,
  deskFinding,
  type Finding,
  lockFinding,
  networkFinding,
  policyFinding,
  revocationFinding,
  settingsFinding,
  trustFinding,
} from './diagnosis.ts';
import { organisationNames, searchNames } from './name-search.ts';
import { findReaderDrivers } from './reader-drivers.ts';

export type ComputerParts = {
  /** As it is when it is called: what takes its time is looked at before. */
  readonly state: () => AgentState;
  readonly trust: () => TrustState;
  readonly desktop: DesktopSession;
  readonly policy: () => LoadedPolicy;
  readonly settingsProblems: () => readonly string[];
  /** Whether an agent runs for this user. */
  readonly agentRuns: boolean;
};

/**
 * All that is between a card and a signed-in, lockable desktop, in the order in which one thing needs the other: what the window
 * and `wardkey doctor` show. Costs no try. What is asked outside this process is asked at the same time, each within its own
 * limit, so that none keeps the others waiting.
 */
export async function examineComputer(parts: ComputerParts): Promise<Finding[]> {
  const { state, trust, desktop, policy, settingsProblems, agentRuns } = parts;
  const inForce = state().policy;
  const [drivers, names, desk, lock] = await Promise.all([
    findReaderDrivers(),
    searchNames(organisationNames(inForce)),
    callDesk(inForce.desk),
    lockFinding(desktop),
  ]);
  const now = new Date();
  return [
    ...cardFindings(state(), drivers),
    trustFinding(trust(), inForce.expiry.ladderDays, now),
    revocationFinding(trust(), now),
    clockFinding(now, trust().clockBehind),
    networkFinding(names),
    ...(desk === null ? [] : [deskFinding(desk)]),
    policyFinding(policy()),
    settingsFinding(settingsProblems()),
    lock,
    agentFinding(agentRuns),
  ];
}
