import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as v from 'valibot';
import type { DemoView } from '../../core/contract/demo.ts';
import { type DeskPerson, type EnrolledCard, type RaCard, raAuthorises } from './demo-ra.ts';

/** As the desk lies in the repository: seen from the built program, and from this file. A package does not bring it. */
const PROGRAM = ['..', join('..', '..', '..')]
  .map((root) => join(import.meta.dirname, root, 'services', 'card-desk', 'src', 'demonstration.ts'))
  .find((file) => existsSync(file));

const MAX_MAIL = 20;

const ToldSchema = v.union([
  v.strictObject({ ready: v.literal(true) }),
  v.strictObject({ mail: v.strictObject({ subject: v.string(), text: v.string() }) }),
]);

export type DemoDeskOrder = {
  readonly organisation: { readonly name: string; readonly help: string };
  readonly people: readonly DeskPerson[];
  readonly cards: readonly EnrolledCard[];
};

/**
 * The card desk of the demo, the real one in a process of its own; its messages are shown instead of sent. It takes seconds to
 * start, during which the demo can do all but unlock.
 */
export class DemoDesk {
  #process: ChildProcess | null = null;
  #ready = false;
  #mail: DemoView['mail'] = [];
  readonly #port: number;
  readonly #order: DemoDeskOrder;
  readonly #changed: () => void;

  private constructor(port: number, order: DemoDeskOrder, changed: () => void) {
    this.#port = port;
    this.#order = order;
    this.#changed = changed;
  }

  /** @param changed called when it is ready, and at each message. Null: this program cannot have one. */
  static async open(order: DemoDeskOrder, changed: () => void): Promise<DemoDesk | null> {
    // Electron's own binary runs no other program.
    if (PROGRAM === undefined || process.versions.electron !== undefined) return null;
    const desk = new DemoDesk(await freePort(), order, changed);
    desk.#start(PROGRAM);
    return desk;
  }

  /** Where it is; null: it is not ready yet. */
  get origin(): string | null {
    return this.#ready ? `http://127.0.0.1:${this.#port}` : null;
  }

  /** What it has sent, the latest first. */
  get mail(): DemoView['mail'] {
    return this.#mail;
  }

  /** As new, as the cards are: a desk that has changed their unblocking codes would know others than they do. */
  reset(): void {
    this.close();
    this.#mail = [];
    if (PROGRAM !== undefined) this.#start(PROGRAM);
  }

  /** An RA with the own card authorises this one. */
  async authorise(cardId: string, ra: RaCard): Promise<void> {
    if (this.origin !== null) await raAuthorises(this.origin, cardId, ra);
  }

  close(): void {
    this.#process?.removeAllListeners();
    this.#process?.kill('SIGKILL');
    this.#process = null;
    this.#ready = false;
  }

  #start(program: string): void {
    const child = fork(program, { stdio: 'ignore', execArgv: [] });
    this.#process = child;
    child.on('message', (message) => this.#hear(message));
    // A demo without a desk goes on as one.
    child.on('error', () => this.close());
    child.on('exit', () => {
      this.#ready = false;
      this.#changed();
    });
    child.send({ port: this.#port, ...this.#order });
    child.unref();
    child.channel?.unref();
  }

  #hear(message: unknown): void {
    const told = v.safeParse(ToldSchema, message);
    if (!told.success) return;
    if ('ready' in told.output) this.#ready = true;
    else this.#mail = [told.output.mail, ...this.#mail].slice(0, MAX_MAIL);
    this.#changed();
  }
}

/** The desk has to know its own address before it listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
