import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AgentLine, type LineOf, parseAgentLine } from './agent-lines.ts';
import { Awaited } from './awaited.ts';
import { type LineProcess, startLineProcess } from './line-process.ts';
import { childrenOf } from './process-usage.ts';

const PROGRAM = fileURLToPath(new URL('../../out/wardkey.js', import.meta.url));
const KEPT_LINES = 300;
const LAST_WORDS = 12;

export type AgentOptions = {
  /** As a policy file says it. */
  readonly policy: unknown;
  /** Where the service and the desktop are to be found; see {@link NO_DESKTOP}. */
  readonly env: NodeJS.ProcessEnv;
};

/** Sessions begin without a passcode: where only coming and going is measured. */
export const SESSION_BY_INSERTION = { version: 1, session: { begins: 'insertion' } };

/**
 * No desktop at all, and never this machine's own: a lock is asked for and fails at once, which is all that is needed
 * where the request is what is measured.
 */
export const NO_DESKTOP = {
  DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent/system-bus',
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/session-bus',
  XDG_SESSION_ID: undefined,
  DISPLAY: undefined,
  WAYLAND_DISPLAY: undefined,
} as const;

/** The agent as it ships (`wardkey agent --json` from out/), with folders of its own, heard line by line. */
export class AgentProcess {
  readonly lines = new Awaited<AgentLine>();
  /** Its control socket. */
  readonly controlAddress: string;
  readonly #folder: string;
  readonly #recent: string[] = [];
  #screen = 'unknown';
  #timesOpened = 0;
  #locksUnderWay = 0;
  #process: LineProcess | null = null;
  #malformed: string | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
    this.controlAddress = join(folder, 'runtime', 'wardkey', 'agent.sock');
  }

  /** Resolves when it has told its process id. */
  static async start({ policy, env }: AgentOptions): Promise<AgentProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'wardkey-agent-'));
    const agent = new AgentProcess(folder);
    const folders = { XDG_CONFIG_HOME: 'config', XDG_STATE_HOME: 'state', XDG_RUNTIME_DIR: 'runtime', HOME: 'home' };
    const at = Object.entries(folders).map(([variable, name]) => [variable, join(folder, name)] as const);
    for (const [, path] of at) mkdirSync(path, { mode: 0o700 });
    const policyFile = join(folder, 'policy.json');
    writeFileSync(policyFile, JSON.stringify(policy));
    const started = agent.next('started', () => true, 'the agent to start');
    agent.#process = startLineProcess(
      [process.execPath, PROGRAM, 'agent', '--json', '--policy', policyFile],
      { ...process.env, ...env, ...Object.fromEntries(at) },
      (text) => agent.#hear(text),
    );
    try {
      await started;
      return agent;
    } catch (error) {
      const why = agent.trace();
      await agent.stop();
      throw new Error(why, { cause: error });
    }
  }

  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  get running(): boolean {
    return this.#process?.running ?? false;
  }

  /** The card process that it runs now; null between two of them. */
  cardProcessPid(): number | null {
    const found = childrenOf(this.pid).find((pid) => commandLineOf(pid).includes('card-process'));
    return found ?? null;
  }

  /** The next line of this kind that `wanted` accepts, from now on. */
  next<E extends AgentLine['event']>(
    event: E,
    wanted: (line: LineOf<E>) => boolean,
    what: string,
    limitMs?: number,
  ): Promise<LineOf<E>> {
    const isWanted = (line: AgentLine): line is LineOf<E> => isOf(line, event) && wanted(line);
    return this.#explained(this.lines.next(isWanted, what, limitMs));
  }

  /** Resolves when the condition holds: looked at now, and after each line. */
  async until(condition: () => boolean, what: string, limitMs?: number): Promise<void> {
    if (!condition()) await this.#explained(this.lines.next(condition, what, limitMs));
  }

  /** As it has said last. */
  get screen(): string {
    return this.#screen;
  }

  /** How often it has seen a locked screen open. */
  get timesOpened(): number {
    return this.#timesOpened;
  }

  /** Locks that it has asked for and not yet told the outcome of. */
  get locksUnderWay(): number {
    return this.#locksUnderWay;
  }

  /** What it said last, for a report of failure. */
  trace(): string {
    return [...this.#recent, ...(this.errorText === '' ? [] : [`standard error: ${this.errorText}`])].join('\n');
  }

  /** The end of what it wrote to standard error. */
  get errorText(): string {
    return this.#process?.errorText ?? '';
  }

  /** See {@link LineProcess.nextError}. */
  nextError(pattern: RegExp, what: string): Promise<string> {
    if (this.#process === null) throw new Error('the agent has not been started');
    return this.#process.nextError(pattern, what);
  }

  /** The first line that was not as documented; null: none. */
  get malformed(): string | null {
    return this.#malformed;
  }

  /** Ends it politely, and what it left behind. */
  async stop(): Promise<void> {
    await this.#process?.end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A wait in vain is explained by what the agent said instead. */
  #explained<T>(waiting: Promise<T>): Promise<T> {
    const explained = waiting.catch((error: unknown) => {
      throw new Error(`the agent, which said last:\n${this.#recent.slice(-LAST_WORDS).join('\n')}`, { cause: error });
    });
    explained.catch(() => undefined);
    return explained;
  }

  #follow(line: AgentLine): void {
    if (line.event === 'lock-requested') this.#locksUnderWay += 1;
    if (line.event === 'acted') this.#locksUnderWay -= 1;
    if (line.event !== 'state') return;
    if (this.#screen === 'locked' && line.screen === 'unlocked') this.#timesOpened += 1;
    this.#screen = line.screen;
  }

  #hear(text: string): void {
    this.#recent.push(text);
    if (this.#recent.length > KEPT_LINES) this.#recent.shift();
    try {
      const line = parseAgentLine(text);
      this.#follow(line);
      this.lines.emit(line);
    } catch {
      this.#malformed ??= text;
    }
  }
}

function isOf<E extends AgentLine['event']>(line: AgentLine, event: E): line is LineOf<E> {
  return line.event === event;
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
