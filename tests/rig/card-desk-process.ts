import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ORIGIN } from './card-desk.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'services', 'card-desk', 'src', 'card-desk.ts');

export type Run = { readonly exit: number; readonly lines: unknown[]; readonly errors: string };

/** The card desk as it is run: the program, its settings file and its environment, in a folder of the test. */
export class CardDeskFolder {
  readonly path: string;
  readonly environment: NodeJS.ProcessEnv;

  constructor(path: string, environment: Readonly<Record<string, string>>, changes: object = {}) {
    this.path = path;
    this.environment = { PATH: process.env.PATH, CARD_DESK_SETTINGS: join(path, 'settings.json'), ...environment };
    this.settings(changes);
  }

  settings(changes: object): void {
    const settings = {
      origin: ORIGIN,
      organisation: { name: 'Ward Trust', help: 'your RA' },
      listen: { port: 0 },
      operations: { port: 0 },
      dataFolder: join(this.path, 'data'),
      email: { by: 'smtp', from: 'desk@ward.example' },
      sms: { by: 'none' },
      answersTakeMs: 0,
      limits: { startsOfSource: { count: 100_000 }, requestsOfSource: { count: 100_000 } },
      ...changes,
    };
    writeFileSync(join(this.path, 'settings.json'), JSON.stringify(settings));
  }

  /** Runs a command to its end. */
  async run(words: readonly string[], input = ''): Promise<Run> {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      env: this.environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let text = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors += part;
    });
    child.stdin.on('error', () => undefined).end(input);
    await once(child, 'close');
    const lines = text.split('\n').filter((line) => line.startsWith('{'));
    return { exit: child.exitCode ?? -1, lines: lines.map((line): unknown => JSON.parse(line)), errors };
  }

  async serve(): Promise<ServingDesk> {
    // It ends with this process, even when this process is killed outright.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, PROGRAM, 'serve'], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const log: string[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    child.once('exit', (code) => reject(new Error(`the desk did not start (exit ${code}):\n${log.join('\n')}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      const { event, address } = JSON.parse(line) as { event: string; address?: string };
      if (event === 'listening' && address !== undefined) resolve(address);
    });
    return new ServingDesk(child, await promise, log);
  }
}

export class ServingDesk {
  readonly address: string;
  readonly log: readonly string[];
  private readonly child: ChildProcess;

  constructor(child: ChildProcess, address: string, log: readonly string[]) {
    this.child = child;
    this.address = address;
    this.log = log;
  }

  /** Sends the signal. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves with the exit code, or null for one that was killed, when it is gone. */
  async gone(): Promise<number | null> {
    if (!this.isGone()) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(signal);
    return await this.gone();
  }
}
