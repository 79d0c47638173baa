import { EventEmitter, once } from 'node:events';
import type { ViewCommand, ViewOutcome, ViewSnapshot } from '../../src/core/contract/view.ts';
import type { ViewService } from '../../src/main/host/desktop-host.ts';
import { sampleSnapshot } from './view-snapshot.ts';

export type RecordedCall = {
  readonly command: ViewCommand;
  /** As they were when they came. */
  readonly secrets: readonly string[];
  /** The very bytes that were handed over. */
  readonly handed: readonly Uint8Array[];
};

/**
 * A stand-in of the port between host and agent: it does nothing and writes down what it was asked. For tests of what a
 * host lets through; the agent behind the real one has its own.
 */
export class RecordingView implements ViewService {
  readonly calls: RecordedCall[] = [];
  /** What a command answers; may keep its caller waiting. */
  answer: (command: ViewCommand) => ViewOutcome | Promise<ViewOutcome> = () => ({ ok: true, value: null });
  /** How many snapshots were made. */
  made = 0;
  private readonly events = new EventEmitter();
  private current: ViewSnapshot;

  constructor(snapshot = sampleSnapshot()) {
    this.current = snapshot;
    this.events.setMaxListeners(0);
  }

  snapshot(): ViewSnapshot {
    this.made++;
    return this.current;
  }

  onChange(listener: () => void): () => void {
    this.events.on('change', listener);
    return () => this.events.off('change', listener);
  }

  /** How many listen for changes. */
  get listeners(): number {
    return this.events.listenerCount('change');
  }

  change(overrides: Partial<ViewSnapshot>): void {
    this.current = sampleSnapshot(overrides);
    this.events.emit('change');
  }

  async perform(command: ViewCommand, secrets: readonly Uint8Array[]): Promise<ViewOutcome> {
    this.calls.push({ command, secrets: secrets.map((each) => Buffer.from(each).toString('latin1')), handed: secrets });
    this.events.emit('call');
    return this.answer(command);
  }

  /** Resolves at the next command. */
  async nextCall(): Promise<void> {
    await once(this.events, 'call');
  }
}
