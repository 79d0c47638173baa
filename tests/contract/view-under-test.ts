import * as v from 'valibot';
import { CONTACTS } from '../../src/core/agent/policy-names.ts';
import {
  type ViewCommand,
  type ViewOutcome,
  type ViewSnapshot,
  ViewSnapshotSchema,
} from '../../src/core/contract/view.ts';
import type { HostEvents, ViewService } from '../../src/main/host/desktop-host.ts';

/** What was performed, with its secrets as they were then and the very arrays that they came in. */
export type Performed = {
  readonly command: ViewCommand;
  readonly secrets: readonly string[];
  readonly arrays: readonly Uint8Array[];
};

/**
 * An agent that shows what a test says and does nothing with what it is asked. It does not overwrite secrets, which the real
 * one does: so what is overwritten was overwritten by the host.
 */
export class ViewUnderTest implements ViewService {
  readonly performed: Performed[] = [];
  outcome: ViewOutcome = { ok: true, value: null };
  private readonly listeners = new Set<() => void>();
  private shown = snapshot(1);

  /** The number that {@link ViewSnapshot} carries as `call.number`. */
  get number(): number {
    return this.shown.call.number;
  }

  get listenerCount(): number {
    return this.listeners.size;
  }

  snapshot(): ViewSnapshot {
    return this.shown;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  change(): number {
    this.shown = snapshot(this.number + 1);
    for (const listener of this.listeners) listener();
    return this.number;
  }

  async perform(command: ViewCommand, secrets: readonly Uint8Array[]): Promise<ViewOutcome> {
    this.performed.push({ command, secrets: secrets.map((bytes) => new TextDecoder().decode(bytes)), arrays: secrets });
    return this.outcome;
  }
}

/** Everything that a host brought back, in order. */
export class RecordedEvents implements HostEvents {
  readonly heard: string[] = [];

  onTray(): void {
    this.heard.push('tray');
  }

  onMenu(action: string): void {
    this.heard.push(`menu ${action}`);
  }

  onNotification(key: string, action: string | null): void {
    this.heard.push(`notification ${key} ${action}`);
  }

  onResumed(): void {
    this.heard.push('resumed');
  }

  onAbilities(): void {
    this.heard.push('abilities');
  }

  onQuit(): void {
    this.heard.push('quit');
  }

  onLogOut(): void {
    this.heard.push('log-out');
  }
}

function snapshot(number: number): ViewSnapshot {
  return v.parse(ViewSnapshotSchema, {
    phase: 'no-card',
    service: 'running',
    screen: 'unlocked',
    readers: [{ reader: 'Reader 1', phase: 'empty', card: null }],
    countdowns: [],
    unattended: null,
    failedAction: null,
    alerts: [],
    notices: [],
    passcode: { minLength: 4, maxLength: 8, digitsOnly: true, refuseSimple: true, lastTry: 'ask' },
    whenPulled: 'lock',
    signInSlot: '9A',
    renewalDays: 90,
    language: 'en',
    preferences: {
      language: { value: 'system', managed: false },
      theme: { value: 'system', managed: false },
      onInsertion: { value: 'open', managed: false },
      startAtLogin: { value: false, managed: false },
      pad: { value: true, managed: false },
    },
    introduced: true,
    organisation: { name: null, pages: [], contacts: Object.fromEntries(CONTACTS.map((name) => [name, null])) },
    host: { name: 'electron', tray: true, notifications: true, startAtLogin: false, mayQuit: true },
    version: '0',
    call: { number, place: 'home' },
    unlockingBy: 'people',
    unlock: null,
    raDesk: false,
    demo: null,
  });
}
