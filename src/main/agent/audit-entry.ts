import type { AuditEntry } from '../store/audit-log.ts';
import type { AgentNews } from './agent-runtime.ts';

const timeOf = (at: number) => new Date(at).toISOString();

/** Decisions and what came of them. Card ids are the card's own random numbers; names of people stay out. */
export function auditEntry(news: AgentNews): AuditEntry | null {
  if (news.type === 'acted') {
    const attempts = 'attempts' in news.outcome ? news.outcome.attempts : [];
    return {
      event: 'acted',
      decision: news.decision,
      action: news.action,
      done: news.done,
      attempts: attempts.map(({ method, result, tookMs }) => `${method} ${result} ${Math.round(tookMs)} ms`).join('; '),
    };
  }
  if (news.type !== 'effect') return null;
  const { effect } = news;
  switch (effect.type) {
    case 'decided': {
      const { number, ...decision } = effect.decision;
      return { event: 'removal-decided', decision: number, ...decision };
    }
    case 'settled':
      return { event: 'removal-settled', decision: effect.decision, by: effect.by, trigger: effect.trigger };
    case 'session-began':
    case 'session-ended':
      return { event: effect.type, cardId: effect.cardId, reader: effect.reader };
    case 'warn-of-expiry':
      return { event: effect.type, fingerprint: effect.fingerprint, rung: effect.rung, daysLeft: effect.daysLeft };
    case 'issuer-ending':
      return { event: effect.type, name: effect.name, rung: effect.rung, daysLeft: effect.daysLeft };
    case 'revocation-running-out': {
      const { kind, host, until, fault } = effect;
      return { event: effect.type, code: 'Revocation_RunningOut', kind, host, until: timeOf(until), fault };
    }
    case 'tell': {
      const { code, until } = effect;
      return { event: 'told', code, ...(until === undefined ? {} : { until: timeOf(until) }) };
    }
    default:
      return null;
  }
}
