import type { FailureCode } from '../../core/agent/failure-codes.ts';
import type { AgentState, Reader } from '../../core/agent/state.ts';
import type { CardHost } from '../../core/contract/card-host.ts';
import type { DesktopSession } from '../../core/contract/desktop-session.ts';
import { bootId } from '../../native/machine/boot-id.ts';
import { AgentRuntime } from '../agent/agent-runtime.ts';
import { CertificateService, type TrustState } from '../certificates/certificate-service.ts';
import { policyFile, stateFolder } from '../store/folders.ts';
import { loadPolicy } from '../store/policy-source.ts';
import { startCards } from './start-cards.ts';

/** A look at the cards takes no longer than this, even with a card that stalls. */
const PATIENCE_MS = 20_000;

/** An agent that sees cards but has no desktop to act on: for commands that look, or that talk to a card directly. */
export type Observer = {
  readonly runtime: AgentRuntime;
  /** For what the runtime has no word for. */
  readonly cards: CardHost;
  readonly trust: () => TrustState;
  /** Resolves when everything there is has been looked at, or patience has run out. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

export async function startObserver(policyPath: string | null): Promise<Observer> {
  const cards = startCards();
  const [{ policy }, boot] = await Promise.all([loadPolicy(policyPath ?? policyFile()), bootId()]);
  // Whether a certificate is in trouble is said by the command itself; it must not keep anyone from checking a passcode.
  const session = { ...policy.session, requireValidCertificate: false, begins: 'passcode' as const };
  const certificates = new CertificateService({
    policy,
    stateFolder: stateFolder(),
    // What is wrong with anchors or their files is told by `wardkey doctor`.
    onProblem: () => undefined,
    onStoreProblem: () => undefined,
  });
  const runtime = new AgentRuntime({
    cards,
    desktop: NO_DESKTOP,
    policy: { ...policy, session },
    bootId: boot,
    certificates,
  });
  let surveyed = false;
  const settled = Promise.withResolvers<void>();
  const look = () => {
    const { service, readers } = runtime.state;
    if (service === 'absent' || (surveyed && readers.every(isSettled))) settled.resolve();
  };
  cards.onMessage((message) => {
    if (message.type === 'surveyed') surveyed = true;
  });
  runtime.listen(look);
  runtime.start();
  cards.onMessage(look);
  const patience = setTimeout(settled.resolve, PATIENCE_MS);
  return {
    runtime,
    cards,
    trust: () => certificates.state(),
    settled: () => settled.promise,
    stop: async () => {
      clearTimeout(patience);
      await runtime.stop();
    },
  };
}

function isSettled({ slot }: Reader): boolean {
  return slot.kind !== 'card' || (slot.reading !== 'identifying' && slot.reading !== 'details');
}

/** What a command can say without a card: the nearest reason why there is none. */
export function whyNoCard(state: AgentState, reader: string | null): FailureCode {
  if (state.service === 'absent' || state.service === 'starting') return 'Service_Absent';
  if (state.service === 'stopped') return 'Service_Stopped';
  if (state.readers.length === 0) return 'Reader_None';
  if (reader !== null && !state.readers.some(({ name }) => name === reader)) return 'Reader_Unknown';
  return 'Card_None';
}

const NO_DESKTOP: DesktopSession = {
  remote: false,
  lock: () => Promise.resolve({ locked: false, attempts: [] }),
  logOff: () => Promise.resolve({ done: false, detail: null }),
  disconnect: () => Promise.resolve({ done: false, detail: null }),
  closeApps: () => Promise.resolve({ done: false, detail: null }),
  run: () => Promise.resolve({ done: false, detail: null }),
  screenState: () => 'unknown',
  onScreenState: () => () => undefined,
  onResume: () => () => undefined,
  systemRemovalPolicy: () => Promise.resolve('none'),
  methods: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};
