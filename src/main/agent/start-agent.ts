import { resolve } from 'node:path';
import type { NoticeCode } from '../../core/agent/notice-codes.ts';
import { snapshotOf } from '../../core/agent/status.ts';
import type { CardHost } from '../../core/contract/card-host.ts';
import type { ControlRequest } from '../../core/contract/control.ts';
import type { DesktopSession, IdleClock } from '../../core/contract/desktop-session.ts';
import type { Language } from '../../core/contract/view.ts';
import { bootId } from '../../native/machine/boot-id.ts';
import { JourneyFile } from '../card-desk/journey-file.ts';
import { RaDesk } from '../card-desk/ra-desk.ts';
import { cardsOfAgent } from '../card-desk/unlock-cards.ts';
import { UnlockDesk } from '../card-desk/unlock-desk.ts';
import { CertificateService, type TrustState } from '../certificates/certificate-service.ts';
import { type ControlCaller, type ControlServer, listenForControl } from '../control/control-server.ts';
import { openAlertMemory } from '../store/alert-memory.ts';
import { AuditLog } from '../store/audit-log.ts';
import { type LoadedPolicy, loadPolicy, watchPolicy } from '../store/policy-source.ts';
import type { StoreProblem } from '../store/repaired-store.ts';
import { AgentRuntime } from './agent-runtime.ts';
import { auditEntry } from './audit-entry.ts';
import { newsLines } from './news-lines.ts';
import { theOnlyCard } from './the-only-card.ts';

export type AgentParts = {
  readonly cards: () => CardHost;
  readonly desktop: () => Promise<DesktopSession>;
  readonly idle: () => Promise<IdleClock | null>;
  readonly policyFile: string;
  readonly stateFolder: string;
  readonly controlAddress: string;
  /** Brings the window up; absent where the agent has none. */
  readonly show?: () => void;
  /** In which language the card desk writes to the user; English unless told. */
  readonly language?: () => Language;
};

const MAX_KEPT_NOTICES = 50;

/** Something that a person should hear of, and that the agent lives on with. */
export type Notice = {
  readonly code: NoticeCode;
  readonly detail: string;
  /** How long what is told of can last, milliseconds since 1970; left out where it has no end. */
  readonly until?: number;
};

export type RunningAgent = {
  readonly runtime: AgentRuntime;
  readonly desktop: DesktopSession;
  /** The policy file as it was last read; one with problems is not in force. */
  readonly policy: () => LoadedPolicy;
  readonly auditFile: string;
  /** The unlock of a card by the card desk. */
  readonly unlock: UnlockDesk;
  /** The way of RAs to the card desk. */
  readonly raDesk: RaDesk;
  /** By what certificates are judged, and how fresh it is. */
  readonly trust: () => TrustState;
  /** Tells a trouble that a part outside the agent has met. */
  readonly notice: (code: NoticeCode, detail: string) => void;
  readonly onNotice: (listener: (notice: Notice) => void) => void;
  /** Resolves when another process asked the agent to stop, over the control socket. */
  readonly asked: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Puts the agent together and starts it; the one composition that every host uses. Resolves with null when an agent
 * already runs for this user.
 */
export async function startAgent(parts: AgentParts): Promise<RunningAgent | null> {
  const notices: Notice[] = [];
  const noticeListeners = new Set<(notice: Notice) => void>();
  const tell = (told: Notice) => {
    // Whoever listens later hears the first ones; an endless trouble is not kept for ever.
    if (notices.length < MAX_KEPT_NOTICES) notices.push(told);
    for (const listener of noticeListeners) listener(told);
  };
  const notice = (code: NoticeCode, detail: string) => tell({ code, detail });

  const asked = Promise.withResolvers<void>();
  let runtime: AgentRuntime | null = null;
  const control = await listenForControl(parts.controlAddress, (request, secrets, caller) => {
    if (runtime === null) caller.send({ event: 'refused', code: 'Agent_NotRunning' });
    else handleControl(runtime, request, secrets, caller, { stop: asked.resolve, show: parts.show ?? null });
  });
  if (control === null) return null;

  const audit = new AuditLog(parts.stateFolder, (why) => notice('Settings_NotSaved', why));
  const alerts = openAlertMemory(parts.stateFolder, (problem) => tellStoreProblem(problem, notice));
  const [firstPolicy, desktop, idle, boot] = await Promise.all([
    loadPolicy(parts.policyFile),
    parts.desktop(),
    parts.idle(),
    bootId(),
  ]);
  let policy = firstPolicy;
  for (const { path, message } of policy.problems) notice('Policy_Invalid', `${path} ${message}`.trim());

  const certificates = new CertificateService({
    policy: policy.policy,
    stateFolder: parts.stateFolder,
    onProblem: notice,
    onStoreProblem: (problem) => tellStoreProblem(problem, notice),
  });
  const cards = parts.cards();
  runtime = new AgentRuntime({
    certificates,
    cards,
    desktop,
    idle,
    policy: policy.policy,
    bootId: boot,
    alerts: alerts.get(),
  });
  const agent = runtime;
  agent.listen((news) => {
    const entry = auditEntry(news);
    if (entry !== null) audit.write(entry);
    if (news.type === 'state' && news.state.alerts !== alerts.get()) alerts.set(news.state.alerts);
    if (news.type === 'effect' && news.effect.type === 'tell') {
      const { type: _, ...told } = news.effect;
      tell({ detail: '', ...told });
    }
  });
  // With the file: whoever starts it with another one than the organisation's leaves that behind.
  audit.write({ event: 'agent-started', policy: policy.source, policyFile: resolve(policy.file) });
  const stopPolicy = watchPolicy(parts.policyFile, (loaded) => {
    policy = loaded;
    if (loaded.problems.length > 0) {
      // The policy in force stays: a slip of the editor must not change what a removal does.
      for (const { path, message } of loaded.problems) notice('Policy_NotTaken', `${path} ${message}`.trim());
      return;
    }
    audit.write({ event: 'policy-changed', policy: loaded.source, policyFile: resolve(loaded.file) });
    agent.changePolicy(loaded.policy);
  });
  const deskCards = cardsOfAgent(agent, cards);
  const unlock = new UnlockDesk({
    cards: deskCards,
    policy: () => agent.state.policy,
    file: new JourneyFile(parts.stateFolder, (why) => notice('Settings_NotSaved', `unlock.json: ${why}`)),
    audit: (entry) => audit.write(entry),
    language: parts.language ?? (() => 'en'),
  });
  const raDesk = new RaDesk({
    cards: deskCards,
    state: () => agent.state,
    unlocking: () => unlock.performing,
    audit: (entry) => audit.write(entry),
  });
  agent.start();

  return {
    runtime: agent,
    desktop,
    policy: () => policy,
    auditFile: audit.file,
    unlock,
    raDesk,
    trust: () => certificates.state(),
    notice,
    asked: asked.promise,
    onNotice: (listener) => {
      noticeListeners.add(listener);
      for (const past of notices) listener(past);
    },
    stop: async () => {
      stopPolicy();
      unlock.stop();
      raDesk.stop();
      await stopInOrder(agent, control, audit);
    },
  };
}

async function stopInOrder(runtime: AgentRuntime, control: ControlServer, audit: AuditLog): Promise<void> {
  await runtime.stop();
  await control.close();
  audit.write({ event: 'agent-stopped' });
  await audit.settled();
}

function tellStoreProblem(problem: StoreProblem, notice: (code: NoticeCode, detail: string) => void): void {
  if (problem.kind === 'repaired') notice('Settings_Repaired', `${problem.file}: ${problem.why}`);
  else notice('Settings_NotSaved', `${problem.file}: ${problem.why}`);
}

function handleControl(
  runtime: AgentRuntime,
  request: ControlRequest,
  secrets: readonly Uint8Array[],
  caller: ControlCaller,
  host: { readonly stop: () => void; readonly show: (() => void) | null },
): void {
  if (request.command !== 'attempt') for (const secret of secrets) secret.fill(0);
  switch (request.command) {
    case 'status':
      caller.send({ event: 'state', ...snapshotOf(runtime.state) });
      return;
    case 'follow': {
      const lineOf = newsLines();
      caller.send({ event: 'state', ...snapshotOf(runtime.state) });
      caller.onGone(
        runtime.listen((news) => {
          const line = lineOf(news);
          if (line !== null) caller.send(line);
        }),
      );
      return;
    }
    case 'attempt': {
      const chosen = request.reader === null ? theOnlyCard(runtime.state) : { reader: request.reader };
      if ('code' in chosen) {
        for (const secret of secrets) secret.fill(0);
        caller.send({ event: 'answer', result: { ok: false, code: chosen.code } });
        return;
      }
      void runtime
        .attempt({ kind: request.kind, reader: chosen.reader, cardId: null, secrets, lastTry: request.lastTry })
        .then((result) => caller.send({ event: 'answer', reader: chosen.reader, result }));
      return;
    }
    case 'lock': {
      const stopListening = runtime.listen((news) => {
        if (news.type !== 'acted' || news.decision !== 0) return;
        stopListening();
        caller.send({ event: 'acted', done: news.done, outcome: news.outcome });
      });
      runtime.lockNow();
      return;
    }
    case 'resumed':
      runtime.resumed();
      caller.send({ event: 'done' });
      return;
    case 'show':
      if (host.show === null) caller.send({ event: 'refused', code: 'Agent_AlreadyRunning' });
      else caller.send({ event: 'done' });
      host.show?.();
      return;
    case 'stop':
      caller.send({ event: 'done' });
      host.stop();
      return;
  }
}
