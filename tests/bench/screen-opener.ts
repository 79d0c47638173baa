import { type BusClient, openBusClient } from '../rig/bus-client.ts';
import type { Desktop } from '../rig/logind.ts';
import type { AgentProcess } from './agent-process.ts';

const LOGIN1 = 'org.freedesktop.login1';
const MAX_OPENINGS = 20;
const OPENING_LIMIT_MS = 1_000;

/** Unlocks a desktop a thousand times: by one connection, and without a new subscription each time. */
export class ScreenOpener {
  readonly #desktop: Desktop;
  readonly #client: BusClient;

  private constructor(desktop: Desktop, client: BusClient) {
    this.#desktop = desktop;
    this.#client = client;
  }

  static async on(desktop: Desktop): Promise<ScreenOpener> {
    return new ScreenOpener(desktop, await openBusClient(desktop.env.DBUS_SYSTEM_BUS_ADDRESS));
  }

  /** Asks the locker to let go, as `loginctl unlock-session` does. */
  async ask(): Promise<void> {
    const { session } = this.#desktop;
    await this.#client.call(LOGIN1, '/org/freedesktop/login1', `${LOGIN1}.Manager`, 'UnlockSession', 's', [session]);
  }

  /**
   * Opens the screen that a removal has locked; resolves when it stays open and the agent knows. An agent repeats a lock
   * that opens sooner than anybody could type a password, a few times: here that is no fault of the locker's, so it is
   * opened until the agent lets it be.
   */
  async open(agent: AgentProcess): Promise<void> {
    const isLocked = () => agent.screen === 'locked' && agent.locksUnderWay === 0;
    await agent.until(isLocked, 'the agent to see the locked screen');
    for (let attempt = 0; attempt < MAX_OPENINGS; attempt++) {
      const before = agent.timesOpened;
      const opened = () => agent.timesOpened > before && agent.locksUnderWay === 0;
      await this.ask();
      try {
        await agent.until(opened, 'the agent to see the open screen', OPENING_LIMIT_MS);
      } catch {
        // A locker that has only just been started may not listen yet: ask it once more.
        continue;
      }
      if (!(await this.#desktop.lockedHint())) return;
    }
    throw new Error(`the screen does not stay open:\n${agent.trace()}`);
  }

  close(): void {
    this.#client.close();
  }
}
