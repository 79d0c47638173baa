import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file is rotated at this size; three old ones are kept. */
const MAX_BYTES = 5 * 1024 * 1024;
const KEPT = 3;

/** What may stand in an audit line: codes, names of readers, card ids, numbers. Never a person's name, never a secret. */
export type AuditEntry = { readonly event: string } & Readonly<Record<string, string | number | boolean | null>>;

/** Append-only JSON lines, written in order and never waited for by a decision. */
export class AuditLog {
  readonly file: string;
  private readonly folder: string;
  private readonly onProblem: (why: string) => void;
  private pending: string[] = [];
  private writing: Promise<void> = Promise.resolve();

  constructor(folder: string, onProblem: (why: string) => void) {
    this.folder = folder;
    this.file = join(folder, 'audit.jsonl');
    this.onProblem = onProblem;
  }

  write(entry: AuditEntry): void {
    this.pending.push(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
    if (this.pending.length === 1) this.writing = this.writing.then(() => this.flush());
  }

  /** Resolves when everything told so far is on disk, or has failed and was reported. */
  async settled(): Promise<void> {
    await this.writing;
  }

  private async flush(): Promise<void> {
    const lines = this.pending.join('');
    this.pending = [];
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await this.rotate();
      await appendFile(this.file, lines, { mode: 0o600 });
    } catch (error) {
      this.onProblem(error instanceof Error ? error.message : String(error));
    }
  }

  private async rotate(): Promise<void> {
    const size = await stat(this.file).then(
      (found) => found.size,
      () => 0,
    );
    if (size < MAX_BYTES) return;
    for (let i = KEPT - 1; i >= 1; i--)
      await rename(`${this.file}.${i}`, `${this.file}.${i + 1}`).catch(() => undefined);
    await rename(this.file, `${this.file}.1`);
  }
}
