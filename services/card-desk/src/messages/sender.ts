import type { Metrics } from '../metrics.ts';
import type { KeyRing } from '../secrets/key-ring.ts';
import { audit } from '../store/audit-chain.ts';
import { type Database, DatabaseUnavailable } from '../store/database.ts';
import { type Claimed, claimMessages, nextDue, postponeMessage, settleMessage } from '../store/outbox.ts';
import { type Carrier, DeliveryError, type Outgoing } from './message.ts';

const AT_ONCE = 8;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Another instance may have written one, or have died with one. */
const LOOK_AGAIN_MS = 5000;

export type SenderNeeds = {
  readonly database: Database;
  readonly ring: () => KeyRing;
  readonly now: () => Date;
  readonly metrics: Metrics;
  /** Null: the organisation does not send by this channel. */
  readonly carriers: Readonly<Record<'email' | 'mobile', Carrier | null>>;
  /** Told of what went wrong with a code that names nobody. */
  readonly onProblem: (problem: { readonly what: string; readonly code: string }) => void;
};

/** Empties the outbox, in the background: an answer to a request never waits for a message. */
export class MessageSender {
  private readonly needs: SenderNeeds;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private stopped = true;

  constructor(needs: SenderNeeds) {
    this.needs = needs;
  }

  start(): void {
    this.stopped = false;
    this.wake();
  }

  /** There may be something to send. */
  wake(): void {
    if (this.stopped) return;
    if (this.running !== null) {
      this.again = true;
      return;
    }
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.running = this.empty().then((pauseMs) => {
      this.running = null;
      if (this.stopped) return;
      if (this.again) {
        this.again = false;
        this.wake();
      } else {
        this.timer = setTimeout(() => this.wake(), pauseMs);
      }
    });
  }

  /** Resolves when nothing is being sent any more; what waits is sent by the next start or another instance. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
    for (const carrier of Object.values(this.needs.carriers)) carrier?.close();
  }

  /** Sends what is due; resolves with the milliseconds until it is worth looking again. Never rejects. */
  private async empty(): Promise<number> {
    const { database, ring, now } = this.needs;
    try {
      for (;;) {
        const claimed = await database.transaction((sql) => claimMessages(sql, ring(), now(), AT_ONCE));
        await Promise.all(claimed.map((each) => this.deliver(each)));
        if (claimed.length < AT_ONCE || this.stopped) break;
      }
      const due = await database.transaction((sql) => nextDue(sql, ring()));
      const pause = due === null ? LOOK_AGAIN_MS : due.getTime() - now().getTime();
      return Math.min(LOOK_AGAIN_MS, Math.max(10, pause));
    } catch (error) {
      const code = error instanceof DatabaseUnavailable ? error.message : error instanceof Error ? error.name : 'error';
      this.needs.onProblem({ what: 'outbox', code });
      return LOOK_AGAIN_MS;
    }
  }

  private async deliver({ id, purpose, message, tries, expiresAt }: Claimed): Promise<void> {
    const { database, now, metrics, carriers } = this.needs;
    if (message === null) {
      this.needs.onProblem({ what: 'message', code: 'does not open' });
      metrics.count('card_desk_messages_total', { channel: 'unknown', outcome: 'given-up' });
      await database.transaction(async (sql) => {
        await settleMessage(sql, id, 'given-up');
        await audit(sql, now(), { event: 'message-given-up', message: id, purpose, why: 'does not open' });
      });
      return;
    }
    const { channel } = message;
    if (channel === 'nobody') {
      await database.transaction(async (sql) => {
        await settleMessage(sql, id, 'discarded');
        await audit(sql, now(), { event: 'message-discarded', message: id, purpose });
      });
      return;
    }
    const failed = await send(carriers[channel], { ...message, id, purpose }, now() >= expiresAt);
    if (failed === null) {
      metrics.count('card_desk_messages_total', { channel, outcome: 'sent' });
      await database.transaction(async (sql) => {
        await settleMessage(sql, id, 'sent');
        await audit(sql, now(), { event: 'message-sent', message: id, purpose, channel, tries });
      });
      return;
    }
    this.needs.onProblem({ what: `message by ${channel}`, code: failed.message });
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    const next = new Date(now().getTime() + pause);
    if (!failed.permanent && next < expiresAt) {
      metrics.count('card_desk_messages_total', { channel, outcome: 'postponed' });
      await database.transaction((sql) => postponeMessage(sql, id, next));
      return;
    }
    metrics.count('card_desk_messages_total', { channel, outcome: 'given-up' });
    await database.transaction(async (sql) => {
      await settleMessage(sql, id, 'given-up');
      await audit(sql, now(), { event: 'message-given-up', message: id, purpose, channel, why: failed.message });
    });
  }
}

async function send(carrier: Carrier | null, message: Outgoing, late: boolean): Promise<DeliveryError | null> {
  if (late) return new DeliveryError('too late', true);
  if (carrier === null) return new DeliveryError('no carrier', true);
  try {
    await carrier.send(message);
    return null;
  } catch (error) {
    return error instanceof DeliveryError ? error : new DeliveryError('carrier', false);
  }
}
