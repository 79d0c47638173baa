import { snapshotOf } from '../../core/agent/status.ts';
import type { AgentNews } from './agent-runtime.ts';

/**
 * The agent's life as JSON lines: what `wardkey agent --json` prints, and what callers of the control socket follow. Every
 * line has `event`, `monotonicMs` (the machine's monotonic clock) and `at` (ISO 8601).
 */
export type NewsLine = { readonly event: string } & Readonly<Record<string, unknown>>;

export function newsLines(): (news: AgentNews) => NewsLine | null {
  let lastState = '';
  return (news) => {
    switch (news.type) {
      case 'state': {
        const snapshot = snapshotOf(news.state);
        const countdowns = snapshot.countdowns.map(({ cause, action, totalMs }) => ({ cause, action, totalMs }));
        const shape = JSON.stringify({ ...snapshot, countdowns });
        if (shape === lastState) return null;
        lastState = shape;
        return { event: 'state', ...times(news.state.clock), ...snapshot };
      }
      case 'lock-requested':
        return { event: 'lock-requested', ...times(news.at), decision: news.decision };
      case 'acted': {
        const { decision, action, done, outcome } = news;
        return { event: 'acted', ...times(news.at), decision, action, done, outcome };
      }
      case 'card-log':
        return { event: 'card-log', level: news.level, message: news.message };
      case 'effect': {
        const { type, ...rest } = news.effect;
        // What the agent asks of itself, and what belongs to one caller, is nobody else's news.
        if (type === 'read' || type === 'operate' || type === 'answer' || type === 'judge' || type === 'act')
          return null;
        return { event: type, ...times(news.at), ...rest };
      }
    }
  };
}

function times({ monotonic, wall }: { monotonic: number; wall: number }) {
  return { monotonicMs: monotonic, at: new Date(wall).toISOString() };
}
