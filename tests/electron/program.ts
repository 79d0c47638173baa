import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type ElectronApplication, _electron as electron, expect, type Page } from '@playwright/test';
import type { DemoDeed } from '../../src/core/contract/demo.ts';
import type { ViewCommand } from '../../src/core/contract/view.ts';
import { ELECTRON_PROGRAM, JOURNEYS_PROGRAM, ROOT } from './programs.ts';

/** Folders of a user who has never had Wardkey. */
export function newUser(): { env: Record<string, string>; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-user-'));
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return {
    env: {
      ...env,
      HOME: folder,
      APPDATA: folder,
      LOCALAPPDATA: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_RUNTIME_DIR: folder,
      LANG: 'en_GB.UTF-8',
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type ProgramOptions = {
  /** Whether it is the package, and not the build in Electron's own program. */
  packaged: boolean;
};

export type Start = { readonly program: string; readonly args: string[] };

export type Program = {
  readonly app: ElectronApplication;
  /** The panel's page, on the demo's cards. */
  readonly page: Page;
  readonly env: Record<string, string>;
  /** How it was started. */
  readonly start: Start;
};

export const test = base.extend<ProgramOptions & { program: Program }>({
  packaged: [false, { option: true }],
  program: async ({ packaged }, use) => {
    const user = newUser();
    const start: Start = packaged
      ? { program: JOURNEYS_PROGRAM ?? '', args: ['--demo'] }
      : { program: ELECTRON_PROGRAM ?? '', args: [join(ROOT, 'out', 'electron.js'), '--demo'] };
    const app = await electron.launch({ executablePath: start.program, args: start.args, env: user.env });
    const page = await app.firstWindow();
    await ask(page, { command: 'introduced' });
    await use({ app, page, env: user.env, start });
    await app.close();
    user.remove();
  },
});

/** Asks the agent as the page does. */
export function ask(page: Page, command: ViewCommand): Promise<unknown> {
  return page.evaluate((asked) => {
    const bridge: { request(command: unknown): Promise<unknown> } = Reflect.get(window, 'wardkey');
    return bridge.request(asked);
  }, command);
}

export const perform = (page: Page, deed: DemoDeed): Promise<unknown> => ask(page, { command: 'demo', deed });

export { expect };
