import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentPhase } from '../../../src/core/agent/phases.ts';
import { type AgentState, hasActiveCard } from '../../../src/core/agent/state.ts';
import { agentPhase } from '../../../src/core/agent/status.ts';
import type { ViewCommand, ViewOutcome, ViewSnapshot } from '../../../src/core/contract/view.ts';
import type { AgentRuntime } from '../../../src/main/agent/agent-runtime.ts';
import { DemoDesktop } from '../../../src/main/demo/demo-desktop.ts';
import { DemoIdle } from '../../../src/main/demo/demo-idle.ts';
import { VirtualCardHost } from '../../../src/main/demo/virtual-card-host.ts';
import type { HostAbilities } from '../../../src/main/host/desktop-host.ts';
import { type RunningWindow, startWindow } from '../../../src/main/window/start-window.ts';
import type { DemoControls } from '../../../src/main/window/window-agent.ts';
import { TEST_PIN } from '../../../src/simulator/pki/issue-card.ts';
import { VirtualReader } from '../../../src/simulator/reader/in-process.ts';
import { RecordingHost } from '../../rig/recording-host.ts';

export const bytes = (text: string) => new TextEncoder().encode(text);

/** No passcode of any card here. */
export const WRONG = '135790';

/** A demonstration as the window knows it; the readers of the ward stand for its own. */
const DEMO: DemoControls = {
  view: () => ({
    readers: [null, null],
    service: true,
    connected: true,
    desktopLocked: false,
    lockBroken: false,
    graceSeconds: 0,
    passcode: TEST_PIN,
    addresses: [],
    mail: [],
  }),
  perform: () => undefined,
  onChange: () => () => undefined,
};

export type WardOptions = {
  /** The organisation's policy file. */
  readonly policy?: object;
  /** What the user has chosen already; as text: what stands in the file. */
  readonly settings?: object | string;
  readonly abilities?: Partial<HostAbilities>;
  /** Whether the desktop already starts Wardkey at login. */
  readonly startAtLogin?: boolean;
  /** Whether it is played as a demonstration. */
  readonly demo?: boolean;
  /** Done before the host is opened, while the agent runs already. */
  readonly beforeHost?: (ward: Ward) => Promise<void>;
  /** The window shows at once; otherwise it waits in the tray. */
  readonly opens?: boolean;
};

/**
 * A workstation with the window's agent as it ships: its files, its card driver and its runtime are the real ones; readers,
 * desktop and idleness are those of the demo, and the host writes down what it is asked.
 */
export class Ward {
  readonly reader = new VirtualReader('R');
  readonly other = new VirtualReader('S');
  readonly cards = new VirtualCardHost([this.reader, this.other]);
  readonly desktop = new DemoDesktop();
  readonly idle = new DemoIdle();
  readonly host: RecordingHost;
  readonly folder = mkdtempSync(join(tmpdir(), 'wardkey-ward-'));
  private running: RunningWindow | null = null;
  private hostReady = Promise.withResolvers<void>();

  private constructor(abilities: Partial<HostAbilities>, startAtLogin: boolean) {
    this.host = new RecordingHost(abilities);
    this.host.startAtLogin = startAtLogin;
  }

  static async open(options: WardOptions = {}): Promise<Ward> {
    const ward = new Ward(options.abilities ?? {}, options.startAtLogin ?? false);
    await ward.start(options);
    return ward;
  }

  private async start({
    policy = {},
    settings = {},
    demo = false,
    beforeHost,
    opens = false,
  }: WardOptions): Promise<void> {
    for (const name of ['etc', 'settings', 'state', 'run']) mkdirSync(join(this.folder, name), { mode: 0o700 });
    writeFileSync(join(this.folder, 'etc', 'policy.json'), JSON.stringify(policy));
    const chosen = typeof settings === 'string' ? settings : JSON.stringify({ introduced: true, ...settings });
    writeFileSync(join(this.folder, 'settings', 'settings.json'), chosen);
    const open = this.host.open(this.hostReady.promise);
    const opening = startWindow({
      openHost: async (view, events) => {
        const host = open(view, events);
        await beforeHost?.(this);
        this.hostReady.resolve();
        return host;
      },
      cards: () => {
        // The agent listens before the service tells what is there.
        queueMicrotask(() => this.cards.start());
        return this.cards;
      },
      desktop: async () => this.desktop,
      idle: async () => this.idle,
      folders: {
        settings: join(this.folder, 'settings'),
        state: join(this.folder, 'state'),
        controlAddress: join(this.folder, 'run', 'agent.sock'),
        policyFile: join(this.folder, 'etc', 'policy.json'),
      },
      hidden: !opens,
      ...(demo ? { demo: DEMO } : {}),
    });
    this.running = await opening;
  }

  /** The audit as it stands on the disk, in one piece. */
  get audit(): string {
    return readFileSync(join(this.folder, 'state', 'audit.jsonl'), 'utf8');
  }

  async close(): Promise<void> {
    await this.running?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get window(): RunningWindow {
    if (this.running === null) throw new Error('the window has not been started');
    return this.running;
  }

  get runtime(): AgentRuntime {
    return this.window.agent.runtime;
  }

  get snapshot(): ViewSnapshot {
    return this.host.view.snapshot();
  }

  do(command: ViewCommand, secrets: readonly Uint8Array[] = []): Promise<ViewOutcome> {
    return this.host.view.perform(command, secrets);
  }

  /** The card that the window shows in this reader. */
  cardIn(reader = 'R'): string {
    return this.snapshot.readers.find((each) => each.reader === reader)?.card?.cardId ?? 'no card';
  }

  verify(passcode: string, reader = 'R'): Promise<ViewOutcome> {
    return this.do({ command: 'attempt', kind: 'verify', reader, cardId: this.cardIn(reader), lastTry: false }, [
      bytes(passcode),
    ]);
  }

  /** Resolves when the agent's state is as `wanted`. */
  async until(wanted: (state: AgentState) => boolean): Promise<void> {
    if (wanted(this.runtime.state)) return;
    await new Promise<void>((resolve) => {
      const stop = this.runtime.listen(() => {
        if (!wanted(this.runtime.state)) return;
        stop();
        resolve();
      });
    });
  }

  phase(phase: AgentPhase): Promise<void> {
    return this.until((state) => agentPhase(state) === phase);
  }

  /** The card has been read to its end, and what follows from that has been drawn. */
  async settled(): Promise<void> {
    await this.until(({ readers }) =>
      readers.every(
        ({ slot }) => slot.kind !== 'card' || (slot.reading !== 'identifying' && slot.reading !== 'details'),
      ),
    );
    await this.drawn();
  }

  /** What was asked of the host up to now has been asked: it is drawn in a microtask, and promises of the port settle. */
  async drawn(): Promise<void> {
    await new Promise(setImmediate);
  }

  /** Enters the right passcode of the card that asks for it, and waits for all its certificates. */
  async signIn(): Promise<void> {
    await this.phase('awaiting-passcode');
    await this.verify(TEST_PIN);
    await this.until(hasActiveCard);
    await this.settled();
  }
}
