import type { AgentEffect } from '../../../src/core/agent/effects.ts';
import type { AgentEvent } from '../../../src/core/agent/events.ts';
import { DEFAULT_POLICY, type Policy } from '../../../src/core/agent/policy.ts';
import { reduce } from '../../../src/core/agent/reduce.ts';
import { type AgentState, type AlertMemory, initialState } from '../../../src/core/agent/state.ts';
import { agentPhase } from '../../../src/core/agent/status.ts';
import type { JudgedCertificate, Verdict } from '../../../src/core/pki/verdict.ts';

export const DAY = 86_400_000;
/** Noon of a summer's day. */
export const NOW = Date.UTC(2026, 6, 1, 12);

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

export const cardIdOf = (owner: string) => Buffer.from(owner.padEnd(16, '.')).toString('hex').slice(0, 32);

export function certificate(owner: string, daysLeft: number, now = NOW): JudgedCertificate {
  const notAfter = now + daysLeft * DAY;
  const accepted = daysLeft >= 0;
  return {
    facts: {
      fingerprint: `fp-${owner}`,
      subject: `CN=${owner}`,
      holder: owner,
      issuer: 'CN=Issuer',
      issuerName: 'Issuer',
      serial: '01',
      notBefore: now - 900 * DAY,
      notAfter,
      key: 'RSA 2048',
    },
    verdict: {
      verdict: accepted ? 'accepted' : 'refused',
      reasons: accepted ? [] : ['expired'],
      judgedBy: 'dates',
      path: [],
      issuers: [],
      revocation: { state: 'unknown', reason: 'not-checked' },
      expires: notAfter,
      judgeAgainAt: accepted ? notAfter + 1 : null,
    },
  };
}

/** The same, judged by its path: what is told of those above it, and of its revocation. */
export function certificateByPath(
  owner: string,
  told: Partial<Pick<Verdict, 'issuers' | 'revocation'>>,
): JudgedCertificate {
  const { facts, verdict } = certificate(owner, 400);
  return { facts, verdict: { ...verdict, judgedBy: 'path', ...told } };
}

type PolicyPatch = { [K in keyof Policy]?: Partial<Policy[K]> };

export function policyWith(patch: PolicyPatch): Policy {
  const policy: Record<string, unknown> = { ...DEFAULT_POLICY };
  for (const [section, values] of Object.entries(patch)) {
    policy[section] = { ...(DEFAULT_POLICY[section as keyof Policy] as object), ...(values as object) };
  }
  return policy as Policy;
}

/** An agent, its clock, and all that it wanted done, for tests that read like a story. */
export class Scene {
  state: AgentState;
  effects: AgentEffect[] = [];
  private monotonic = 1_000;
  private wall: number;
  private insertions = 0;
  private attempts = 0;

  constructor(options: { policy?: Policy; alerts?: AlertMemory; now?: number; bootId?: string } = {}) {
    this.wall = options.now ?? NOW;
    this.state = initialState(
      options.policy ?? DEFAULT_POLICY,
      this.clock,
      { bootId: options.bootId ?? 'boot-1', remote: false, removalPolicy: 'none' },
      options.alerts,
    );
  }

  get clock() {
    return { monotonic: this.monotonic, wall: this.wall };
  }

  get phase() {
    return agentPhase(this.state);
  }

  happen(event: WithoutTime<AgentEvent>): AgentEffect[] {
    const { state, effects } = reduce(this.state, { ...event, at: this.clock });
    this.state = state;
    this.effects.push(...effects);
    return [...effects];
  }

  setClock(wall: number) {
    this.wall = wall;
  }

  pass(ms: number): AgentEffect[] {
    this.monotonic += ms;
    this.wall += ms;
    return this.happen({ type: 'time-passed' });
  }

  start(...readers: string[]) {
    this.happen({ type: 'service', state: 'running' });
    this.happen({ type: 'readers', names: readers });
  }

  insert(reader: string, eventCount?: number): string {
    const insertion = `i${++this.insertions}`;
    this.happen({ type: 'inserted', reader, insertion, eventCount: eventCount ?? this.insertions, atr: '3b00' });
    return insertion;
  }

  /** @param signIn its certificate, or the days that this has left */
  identify(reader: string, insertion: string, owner: string, signIn: number | JudgedCertificate = 400): AgentEffect[] {
    const to = { reader, insertion };
    const before = this.effects.length;
    const cardId = cardIdOf(owner);
    this.happen({ ...to, type: 'recognised', identity: { cardId, guid: cardId, fascn: null, expires: null } });
    const shown = typeof signIn === 'number' ? certificate(owner, signIn) : signIn;
    this.happen({ ...to, type: 'certificate', slot: '9A', certificate: shown, shown: true });
    this.happen({ ...to, type: 'pin-status', status: { state: 'unverified', triesLeft: 3 } });
    this.happen({ ...to, type: 'read-finished', failure: null });
    return this.effects.slice(before);
  }

  submit(reader: string, options: { lastTry?: boolean; cardId?: string } = {}): AgentEffect[] {
    const attempt = ++this.attempts;
    return this.happen({
      type: 'attempt',
      attempt,
      kind: 'verify',
      reader,
      cardId: options.cardId ?? null,
      problem: null,
      lastTry: options.lastTry ?? false,
    });
  }

  accept(reader: string, insertion: string): AgentEffect[] {
    return this.happen({
      reader,
      insertion,
      type: 'attempt-finished',
      attempt: this.attempts,
      possession: 'not-asked',
      outcome: { ok: true, status: { state: 'verified', triesLeft: 3 } },
    });
  }

  /** Card in, read, passcode right. */
  signIn(
    reader: string,
    owner: string,
    signIn: number | JudgedCertificate = 400,
  ): { insertion: string; effects: AgentEffect[] } {
    const before = this.effects.length;
    const insertion = this.insert(reader);
    this.identify(reader, insertion, owner, signIn);
    this.submit(reader);
    this.accept(reader, insertion);
    return { insertion, effects: this.effects.slice(before) };
  }

  pull(reader: string, insertion: string, cause: 'card-pulled' | 'reader-unplugged' = 'card-pulled'): AgentEffect[] {
    return this.happen({ type: 'removed', reader, insertion, cause });
  }
}

export const ofType = <T extends AgentEffect['type']>(effects: readonly AgentEffect[], type: T) =>
  effects.filter((effect): effect is Extract<AgentEffect, { type: T }> => effect.type === type);
