import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type XWindow = { readonly id: string; readonly title: string; readonly pid: number };
export type XArea = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** The windows of a desktop as its user sees and uses them. Needs the Debian package xdotool, and a window manager. */
export class XWindows {
  readonly #env: Readonly<Record<string, string>>;

  /** @param env of programs on this desktop */
  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  /** Those that are on the screen with a title like that, of a program of that class (WM_CLASS). */
  async shown(title: RegExp, programClass: string): Promise<readonly XWindow[]> {
    const ids = (await this.#ask('search', '--onlyvisible', '--class', programClass))?.split('\n') ?? [];
    const windows = await Promise.all(ids.map((id) => this.#describe(id)));
    return windows.flatMap((window) => (window !== null && title.test(window.title) ? [window] : []));
  }

  /** The one that has the keyboard, by the window manager's word; null when there is none. */
  async active(): Promise<string | null> {
    return this.#ask('getactivewindow');
  }

  /** Gives it the keyboard, as a click on its title does; resolves when it has it. */
  async activate(id: string): Promise<void> {
    await run('xdotool', ['windowactivate', '--sync', id], { env: this.#env });
  }

  /** Closes it as its user does, by the window manager's key. */
  async close(id: string): Promise<void> {
    await this.activate(id);
    await this.press('alt+F4');
  }

  /** Types on the keyboard of this desktop, wherever it goes. */
  async type(text: string): Promise<void> {
    await run('xdotool', ['type', '--delay', '1', text], { env: this.#env });
  }

  async press(...keys: readonly string[]): Promise<void> {
    await run('xdotool', ['key', ...keys], { env: this.#env });
  }

  /** Where it is on the screen, without its frame. */
  async area(id: string): Promise<XArea> {
    const { stdout } = await run('xdotool', ['getwindowgeometry', '--shell', id], { env: this.#env });
    const number = (name: string) => Number(new RegExp(`^${name}=(-?\\d+)$`, 'm').exec(stdout)?.[1]);
    return { x: number('X'), y: number('Y'), width: number('WIDTH'), height: number('HEIGHT') };
  }

  async #describe(id: string): Promise<XWindow | null> {
    const [title, pid] = await Promise.all([this.#ask('getwindowname', id), this.#ask('getwindowpid', id)]);
    // Gone between two questions.
    return title === null || pid === null ? null : { id, title, pid: Number(pid) };
  }

  /** null: xdotool found nothing, or it has gone. */
  async #ask(...question: readonly string[]): Promise<string | null> {
    try {
      const { stdout } = await run('xdotool', question, { env: this.#env });
      const answer = stdout.trim();
      return answer === '' ? null : answer;
    } catch {
      return null;
    }
  }
}
