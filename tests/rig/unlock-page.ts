import type { ViewCommand, ViewSnapshot } from '../../src/core/contract/view.ts';
import type { AgentProcess } from './agent-process.ts';
import { PageClient, tokenIn } from './page-client.ts';

/** The window's page as somebody uses it who unlocks a card: an agent process, asked over its WebSocket. */
export class UnlockPage {
  readonly snapshots: ViewSnapshot[] = [];
  private readonly page: PageClient;

  private constructor(page: PageClient) {
    this.page = page;
  }

  static async open(agent: AgentProcess): Promise<UnlockPage> {
    const { file } = await agent.event('page');
    const port = /127\.0\.0\.1:(\d+)/.exec((await import('node:fs')).readFileSync(String(file), 'utf8'))?.[1];
    return new UnlockPage(await PageClient.enter(Number(port), tokenIn(String(file))));
  }

  /** The first snapshot from now on, the last one included, that is like this. */
  async shows(like: (snapshot: ViewSnapshot) => boolean): Promise<ViewSnapshot> {
    const last = this.snapshots.at(-1);
    if (last !== undefined && like(last)) return last;
    for (;;) {
      const said = await this.page.next((message) => 'snapshot' in message);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the agent that ships has made it
      const snapshot = ('snapshot' in said ? said.snapshot : null) as ViewSnapshot;
      this.snapshots.push(snapshot);
      if (like(snapshot)) return snapshot;
    }
  }

  /** The unlock at this step. */
  async step(step: NonNullable<ViewSnapshot['unlock']>['step']): Promise<NonNullable<ViewSnapshot['unlock']>> {
    const { unlock } = await this.shows((each) => each.unlock?.step === step);
    if (unlock === null) throw new Error('no unlock');
    return unlock;
  }

  async does(command: ViewCommand, secret?: string): Promise<unknown> {
    return await this.page.request(command, secret === undefined ? [] : [new TextEncoder().encode(secret)]);
  }

  async leave(): Promise<void> {
    await this.page.leave();
  }
}
