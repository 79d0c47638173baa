import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program in the place of `xdg-open`: it opens nothing, and writes down what it was asked to open. */
export class OpenerStandIn {
  readonly #folder: string;

  /** @param user the folder of the user whose agent is to find it */
  constructor(user: { readonly folder: string }) {
    this.#folder = join(user.folder, 'bin');
    mkdirSync(this.#folder);
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" >>'${this.#file}'\n`;
    writeFileSync(join(this.#folder, 'xdg-open'), script, { mode: 0o755 });
  }

  get #file(): string {
    return join(this.#folder, 'opened');
  }

  /** What has an agent find it before the real one. */
  get environment(): Readonly<Record<string, string>> {
    return { PATH: `${this.#folder}:${process.env.PATH}` };
  }

  /** All that it was asked to open, argument by argument. */
  opened(): readonly string[] {
    return existsSync(this.#file) ? readFileSync(this.#file, 'utf8').trim().split('\n') : [];
  }
}
