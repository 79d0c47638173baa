import { CardError } from '../../core/card/card-error.ts';
import { CardOperator } from '../../core/card/operations.ts';
import type { CardHost } from '../../core/contract/card-host.ts';
import type { CardAnswer, CardOperation, CardProcessMessage, CardProgress } from '../../core/contract/card-process.ts';
import { monotonicMs } from '../../native/card-process/monotonic.ts';
import type { VirtualReader } from '../../simulator/reader/in-process.ts';

/** The embedded virtual readers in place of the card process: same messages, same driver, no smartcard service. */
export class VirtualCardHost implements CardHost {
  private readonly readers: readonly VirtualReader[];
  private readonly operator = new CardOperator();
  private readonly messageListeners = new Set<(message: CardProcessMessage) => void>();
  private readonly lostListeners = new Set<(reason: 'crashed' | 'hung') => void>();
  private readonly insertions = new Map<string, string>();
  private readonly endings: Array<() => void> = [];
  private serial = 0;
  private running = false;

  constructor(readers: readonly VirtualReader[]) {
    this.readers = readers;
    for (const reader of readers) {
      this.endings.push(
        reader.onChange(({ type }) => {
          if (!this.running) return;
          if (type === 'inserted') this.tellInserted(reader);
          else this.tellRemoved(reader.name);
        }),
      );
    }
  }

  /** The virtual service starts: whatever is there is told. */
  start(): void {
    this.running = true;
    this.tell({ type: 'service', state: 'running', detail: null, at: monotonicMs() });
    this.tell({ type: 'readers', readers: this.readers.map(({ name }) => name), at: monotonicMs() });
    for (const reader of this.readers) if (reader.atr !== null) this.tellInserted(reader);
    this.tell({ type: 'surveyed', at: monotonicMs() });
  }

  /** The smartcard service dies; its cards stay in their readers. */
  killService(): void {
    for (const name of this.insertions.keys()) this.tellRemoved(name, 'service-stopped');
    this.running = false;
    this.tell({ type: 'service', state: 'stopped', detail: 'SCARD_E_NO_SERVICE', at: monotonicMs() });
  }

  /** The connection to the readers drops: they are gone, cards and all. `start` brings them back. */
  dropReaders(): void {
    for (const name of this.insertions.keys()) this.tellRemoved(name, 'reader-unplugged');
    this.running = false;
    this.tell({ type: 'readers', readers: [], at: monotonicMs() });
  }

  onMessage(listener: (message: CardProcessMessage) => void): () => void {
    this.messageListeners.add(listener);
    return () => this.messageListeners.delete(listener);
  }

  onLost(listener: (reason: 'crashed' | 'hung') => void): () => void {
    this.lostListeners.add(listener);
    return () => this.lostListeners.delete(listener);
  }

  async request(
    name: string,
    insertion: string,
    operation: CardOperation,
    onProgress: (progress: CardProgress) => void = () => undefined,
  ): Promise<CardAnswer> {
    const reader = this.readers.find((each) => each.name === name);
    if (reader === undefined || this.insertions.get(name) !== insertion)
      return { ok: false, failure: { code: 'card-removed' } };
    try {
      return await this.operator.run(await reader.connect(), operation, onProgress);
    } catch (error) {
      if (error instanceof CardError) return { ok: false, failure: error.failure };
      throw error;
    }
  }

  /** There is no other process here that could fall silent. */
  setVigilant(): void {}

  resumed(): void {}

  async stop(): Promise<void> {
    this.running = false;
    for (const end of this.endings) end();
  }

  private tellInserted(reader: VirtualReader): void {
    const insertion = `virtual-${++this.serial}`;
    this.insertions.set(reader.name, insertion);
    const atr = reader.atr ?? new Uint8Array();
    const place = { reader: reader.name, insertion, at: monotonicMs() };
    if (atr.length === 0) this.tell({ type: 'mute', ...place });
    else this.tell({ type: 'inserted', ...place, eventCount: reader.eventCount, atr });
  }

  private tellRemoved(
    reader: string,
    cause: 'card-pulled' | 'service-stopped' | 'reader-unplugged' = 'card-pulled',
  ): void {
    const insertion = this.insertions.get(reader);
    if (insertion === undefined) return;
    this.insertions.delete(reader);
    this.tell({ type: 'removed', reader, insertion, cause, at: monotonicMs() });
  }

  private tell(message: CardProcessMessage): void {
    for (const listener of this.messageListeners) listener(message);
  }
}
