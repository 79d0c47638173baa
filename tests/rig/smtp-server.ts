import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type Mail = {
  readonly from: { address: string };
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  /** As it came over the wire. */
  readonly raw: string;
};

/** A real SMTP server in a process of its own, on a port of 127.0.0.1. */
export class SmtpServer {
  readonly port: number;
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, port: number, lines: AsyncIterator<string>) {
    this.process = child;
    this.port = port;
    this.lines = lines;
  }

  static async start(args: readonly string[] = []): Promise<SmtpServer> {
    const program = join(import.meta.dirname, 'smtp-server-process.ts');
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    return new SmtpServer(child, Number(first.value), lines);
  }

  /** The next message that it takes. */
  async mail(): Promise<Mail> {
    const next = await this.lines.next();
    return JSON.parse(String(next.value)) as Mail;
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}
