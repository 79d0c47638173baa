import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WindowSize } from '../desktop-host.ts';
import { browserArguments } from './browser-arguments.ts';
import { findBrowser } from './browser-program.ts';
import { openFile } from './open-address.ts';

/** What this profile of the browser must not do: offer to keep what is typed, or to translate it elsewhere. */
const PROFILE = {
  credentials_enable_service: false,
  profile: { password_manager_enabled: false },
  autofill: { enabled: false, profile_enabled: false, credit_card_enabled: false },
  translate: { enabled: false },
};

const END_LIMIT_MS = 2_000;

/** A page that has been shown to a browser, and has not come to the agent yet. */
export type AwaitedPage = {
  readonly waits: () => boolean;
  /** The browser has ended; `well`: as it does when its last window is closed. */
  readonly onGone: (well: boolean) => void;
};

/** The browser in which the window is shown: one process of ours, with a profile for this window alone. */
export class BrowserWindow {
  private readonly profileFolder: string;
  private readonly size: WindowSize;
  /** All of them show their windows in one browser: the first one, or a later one that came while that one was ending. */
  private readonly running = new Set<ChildProcess>();
  private onGone: () => void = () => undefined;
  private closed = false;

  constructor(profileFolder: string, size: WindowSize) {
    this.profileFolder = profileFolder;
    this.size = size;
  }

  /**
   * Shows this page: as a window of its own where there is a browser of Chromium's family, else in the user's own browser.
   * Resolves with false when there is none at all, or it cannot be started. Never rejects: a full disk must not end the agent.
   * @param policyPath the organisation's choice of browser
   */
  async show(page: string, policyPath: string | null, awaited: AwaitedPage): Promise<boolean> {
    try {
      return await this.start(page, policyPath, awaited);
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.running].map(end));
  }

  private async start(page: string, policyPath: string | null, awaited: AwaitedPage): Promise<boolean> {
    const program = findBrowser({ platform: process.platform, env: process.env, exists: mayRun, policyPath });
    if (program === null) return openFile(page);
    this.prepareProfile();
    const child = spawn(
      program,
      browserArguments({ page, profileFolder: this.profileFolder, size: this.size, uid: process.getuid?.() ?? null }),
      { stdio: 'ignore', windowsHide: false },
    );
    const started = await new Promise<boolean>((resolve) => {
      child.once('spawn', () => resolve(true));
      child.once('error', () => resolve(false));
    });
    if (this.closed) {
      child.kill('SIGTERM');
      return false;
    }
    if (started) {
      const handedOver = this.running.size > 0;
      this.keep(child, () => {
        if (!awaited.waits() || this.closed) return;
        // A browser whose last window was closed just now takes a page over, and ends without showing it.
        if (handedOver) void this.showAgain(page, policyPath, awaited);
        else awaited.onGone(child.exitCode === 0);
      });
    }
    return started;
  }

  private async showAgain(page: string, policyPath: string | null, awaited: AwaitedPage): Promise<void> {
    if (!(await this.show(page, policyPath, awaited))) awaited.onGone(false);
  }

  /** @param onGone none of them runs any more, and this one was the last to be started */
  private keep(child: ChildProcess, onGone: () => void): void {
    this.running.add(child);
    this.onGone = onGone;
    child.once('exit', () => {
      this.running.delete(child);
      if (this.running.size === 0) this.onGone();
    });
    // A window that stays open must not keep the agent from ending.
    child.unref();
  }

  private prepareProfile(): void {
    const folder = join(this.profileFolder, 'Default');
    const file = join(folder, 'Preferences');
    if (existsSync(file)) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(PROFILE), { mode: 0o600 });
  }
}

async function end(browser: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  browser.kill('SIGTERM');
  const limit = setTimeout(() => browser.kill('SIGKILL'), END_LIMIT_MS);
  await gone;
  clearTimeout(limit);
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
