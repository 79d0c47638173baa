import type { AgentLine } from '../bench/agent-lines.ts';
import { monotonicMs } from '../bench/clock.ts';

const KEPT = 50_000;
const LAST = 200;

/** What happened last, in order: the driver's deeds and what the agent said, for whoever has to find out why. */
export class Chronicle {
  readonly #from = monotonicMs();
  readonly #lines: string[] = [];

  deed(text: string): void {
    this.#add(`       ${text}`);
  }

  heard(line: AgentLine): void {
    this.#add(`agent  ${shortForm(line)}`);
  }

  /** All that is kept. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get last(): readonly string[] {
    return this.#lines.slice(-LAST);
  }

  #add(text: string): void {
    this.#lines.push(`${((monotonicMs() - this.#from) / 1_000).toFixed(3).padStart(8)}  ${text}`);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }
}

function shortForm(line: AgentLine): string {
  switch (line.event) {
    case 'started':
      return `started, process ${line.pid}`;
    case 'state':
      return `state ${line.phase}, service ${line.service}, screen ${line.screen}: ${line.readers
        .filter(({ phase }) => phase !== 'empty')
        .map(({ reader, phase, card }) => `${reader} ${phase} ${shortId(card?.cardId ?? null)}`)
        .join(', ')}`;
    case 'session-began':
    case 'session-ended':
      return `${line.event} ${shortId(line.cardId)} in ${line.reader}`;
    case 'decided': {
      const { number, cause, reader, cardId, plan } = line.decision;
      return `decided ${number}: ${cause}, ${shortId(cardId)} in ${reader}, ${plan}`;
    }
    case 'settled':
      return `settled ${line.decision} by ${line.by} ${line.trigger ?? ''}`;
    case 'lock-requested':
      return `lock requested for ${line.decision}`;
    case 'acted':
      return `acted for ${line.decision}: ${line.done ? 'done' : `in vain: ${JSON.stringify(line.outcome)}`}`;
    case 'other':
      return line.text.slice(0, 300);
  }
}

export function shortId(cardId: string | null): string {
  return cardId === null ? '?' : cardId.slice(0, 8);
}
