import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const WARDKEY = fileURLToPath(new URL('../../out/wardkey.js', import.meta.url));
const LINE_LIMIT_MS = 20_000;

export type Line = { readonly event: string } & Readonly<Record<string, unknown>>;

/** The folders of one user who shall meet no other: settings, state, control socket, policy. */
export type UserFolders = {
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly policyFile: string;
  readonly auditFile: string;
  writePolicy(policy: unknown): void;
  /** What this user has chosen already. */
  writeSettings(settings: object): void;
  remove(): void;
};

export function makeUserFolders(policy: unknown = {}): UserFolders {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-user-'));
  const of = (name: string) => {
    mkdirSync(join(folder, name), { mode: 0o700 });
    return join(folder, name);
  };
  const policyFile = join(of('etc'), 'policy.json');
  const env = {
    HOME: folder,
    XDG_CONFIG_HOME: of('config'),
    XDG_STATE_HOME: of('state'),
    XDG_RUNTIME_DIR: of('run'),
    // No desktop unless a test brings one.
    DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent/system',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/session',
    DISPLAY: '',
  };
  const writePolicy = (value: unknown) =>
    writeFileSync(policyFile, typeof value === 'string' ? value : JSON.stringify(value));
  writePolicy(policy);
  return {
    env,
    folder,
    policyFile,
    auditFile: join(folder, 'state', 'wardkey', 'audit.jsonl'),
    writePolicy,
    writeSettings: (settings) => {
      mkdirSync(join(folder, 'config', 'wardkey'), { recursive: true });
      writeFileSync(join(folder, 'config', 'wardkey', 'settings.json'), JSON.stringify(settings));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `wardkey agent --json`, or the agent with its window, as a process of its own, as it ships. */
export class AgentProcess {
  readonly lines: Line[] = [];
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  errors = '';
  private readonly listeners = new Set<() => void>();

  constructor(user: UserFolders, env: Readonly<Record<string, string>>, command: readonly string[] = ['agent']) {
    this.child = spawn(process.execPath, [WARDKEY, ...command, '--json', '--policy', user.policyFile], {
      env: { PATH: process.env.PATH, ...user.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.on('data', (text) => {
      this.errors += String(text);
    });
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on('line', (text) => {
        this.lines.push(JSON.parse(text) as Line);
        for (const listener of this.listeners) listener();
      });
    }
    this.exited = new Promise((resolve) => this.child.once('exit', (code) => resolve(code)));
  }

  /** Where the next line will stand: for waiting on what comes after now. */
  get mark(): number {
    return this.lines.length;
  }

  /** The first line from `from` on that is wanted; rejects with all lines when it does not come. */
  async line(wanted: (line: Line) => boolean, from = 0, limitMs = LINE_LIMIT_MS): Promise<Line> {
    const find = () => this.lines.slice(from).find(wanted);
    const present = find();
    if (present !== undefined) return present;
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(limit);
        this.listeners.delete(look);
      };
      const look = () => {
        const line = find();
        if (line === undefined) return;
        done();
        resolve(line);
      };
      const limit = setTimeout(() => {
        done();
        const told = this.lines.slice(-40).map((line) => JSON.stringify(line));
        reject(new Error(`the agent did not tell it in ${limitMs} ms.\n${told.join('\n')}\n${this.errors}`));
      }, limitMs);
      this.listeners.add(look);
    });
  }

  event(name: string, from = 0): Promise<Line> {
    return this.line(({ event }) => event === name, from);
  }

  phase(phase: string, from = 0): Promise<Line> {
    return this.line((line) => line.event === 'state' && line.phase === phase, from);
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    return this.exited;
  }
}

export type CommandResult = { readonly code: number | null; readonly out: string; readonly err: string };

/** Any other `wardkey` command, run to its end. */
export function wardkey(
  args: readonly string[],
  options: { user: UserFolders; env?: Readonly<Record<string, string>>; input?: string },
): Promise<CommandResult> {
  const child = spawn(process.execPath, [WARDKEY, ...args], {
    env: { PATH: process.env.PATH, ...options.user.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += String(text);
  });
  child.stderr.on('data', (text) => {
    err += String(text);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}
