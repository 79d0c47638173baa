import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type {
  DesktopHost,
  DesktopNotification,
  HostEvents,
  Tray,
  ViewService,
} from '../../src/main/host/desktop-host.ts';
import { RecordedEvents, ViewUnderTest } from './view-under-test.ts';

/** What every adapter of the desktop port must do, whatever desktop is behind it. */

/** A host that a test has opened, with the two sides of it that a user has: the page, and the desktop around it. */
export type OpenedHost = {
  readonly host: DesktopHost;
  /** The page in the window, which is up. */
  readonly page: {
    /** The snapshots that came, in order, as the page was handed them. */
    snapshots(): readonly unknown[];
    /** As a page of ours asks. May reject where the host refuses so. */
    request(command: unknown, secrets?: readonly Uint8Array[]): Promise<unknown>;
    /** Says what no page of ours would. Resolves when the host has dealt with it, however it did. */
    raw(message: unknown): Promise<void>;
  };
  readonly desktop: {
    /** Chooses the tray icon, or an item of its menu by its label. Absent where there is no tray. */
    chooseTray?(): void | Promise<void>;
    chooseMenu?(label: string): void | Promise<void>;
    /** Labels of the menu, without separators; none when no icon is there. */
    menu?(): readonly string[] | Promise<readonly string[]>;
    /** Titles of the notifications that are up. Absent where there are none. */
    notifications?(): readonly string[] | Promise<readonly string[]>;
    /** Chooses a notification by its title; one of its actions by its label, or null: as a whole. */
    chooseNotification?(title: string, action: string | null): void | Promise<void>;
    /** How many windows show the countdown. Absent where that cannot be seen. */
    countdowns?(): number | Promise<number>;
    /** Addresses that were handed to the user's browser. */
    openedAddresses(): readonly string[] | Promise<readonly string[]>;
    /** Files that were handed to it. */
    openedFiles(): readonly string[] | Promise<readonly string[]>;
  };
  /** Takes away what the test set up around the host. */
  readonly end?: () => Promise<void>;
};

export type OpenForTest = (view: ViewService, events: HostEvents) => Promise<OpenedHost>;

export type HostUnderTest = {
  readonly name: DesktopHost['name'];
  /** What the desktop of this test can do. */
  readonly tray: boolean;
  readonly notifications: boolean;
  readonly countdowns: boolean;
  readonly open: OpenForTest;
};

const PASSCODE = '482915';
const VERIFY = { command: 'attempt', kind: 'verify', reader: 'Reader 1', cardId: 'c0ffee', lastTry: false };

const bytes = (text: string) => new TextEncoder().encode(text);
const isZero = (array: Uint8Array) => array.every((byte) => byte === 0);

const tray = (items: Tray['menu'], tooltip = 'Wardkey: no card'): Tray => ({ icon: 'no-card', tooltip, menu: items });

const notification = (over: Partial<DesktopNotification>): DesktopNotification => ({
  key: 'insertion',
  title: 'A card is in',
  body: 'It waits for its passcode.',
  urgency: 'normal',
  actions: [],
  ...over,
});

export function describeDesktopHost(title: string, subject: HostUnderTest): void {
  const hosts: OpenedHost[] = [];

  async function open() {
    const view = new ViewUnderTest();
    const events = new RecordedEvents();
    const host = await subject.open(view, events);
    hosts.push(host);
    return { ...host, view, events };
  }

  afterEach(async () => {
    for (const { host, end } of hosts.splice(0)) {
      await host.close();
      await end?.();
    }
  });

  const lastNumber = (snapshots: readonly unknown[]) => {
    const last = snapshots.at(-1);
    return typeof last === 'object' && last !== null ? Reflect.get(Reflect.get(last, 'call') ?? {}, 'number') : null;
  };

  describe(`${title}: the page`, () => {
    test('has the snapshot, whole', async () => {
      const { page, view } = await open();
      await vi.waitFor(() => expect(page.snapshots().at(-1)).toEqual(view.snapshot()));
    });

    test('hears of each change, last of all of the last', async () => {
      const { page, view } = await open();
      await vi.waitFor(() => expect(lastNumber(page.snapshots())).toBe(1));
      view.change();
      await vi.waitFor(() => expect(lastNumber(page.snapshots())).toBe(2));
      view.change();
      view.change();
      await vi.waitFor(() => expect(lastNumber(page.snapshots())).toBe(4));
    });

    test('has its command performed, and the outcome brought back', async () => {
      const { page, view } = await open();
      expect(await page.request({ command: 'read-again', reader: 'Reader 1' })).toEqual({ ok: true, value: null });
      expect(view.performed.map(({ command }) => command)).toEqual([{ command: 'read-again', reader: 'Reader 1' }]);
    });

    test('hears why a command failed', async () => {
      const { page, view } = await open();
      view.outcome = { ok: false, code: 'Passcode_Wrong', triesLeft: 2 };
      expect(await page.request(VERIFY, [bytes(PASSCODE)])).toEqual(view.outcome);
    });

    test('hands secrets over as bytes, of which the host leaves none behind', async () => {
      const { page, view } = await open();
      await page.request({ ...VERIFY, kind: 'change' }, [bytes(PASSCODE), bytes('739204')]);
      const [performed] = view.performed;
      expect(performed?.secrets).toEqual([PASSCODE, '739204']);
      expect(performed?.arrays.every(isZero)).toBe(true);
      expect(JSON.stringify(performed?.command)).not.toContain(PASSCODE);
    });
  });

  describe(`${title}: what is no command`, () => {
    test.each<[string, unknown, Uint8Array[]]>([
      ['nothing', null, []],
      ['a word', 'lock-now', []],
      ['an unknown command', { command: 'format-disk' }, []],
      ['a command with something more', { command: 'lock-now', really: true }, []],
      ['a field of the wrong kind', { ...VERIFY, lastTry: 'yes' }, [bytes(PASSCODE)]],
      ['a reader with an endless name', { ...VERIFY, reader: 'x'.repeat(256) }, [bytes(PASSCODE)]],
      ['a third secret', VERIFY, [bytes('1'), bytes('2'), bytes('3')]],
      ['a secret of no bytes', VERIFY, [new Uint8Array()]],
      ['a secret of 65 bytes', VERIFY, [new Uint8Array(65).fill(49)]],
    ])('is not performed: %s', async (_what, command, secrets) => {
      const { page, view } = await open();
      const answer = await page.request(command, secrets).catch(() => ({ ok: false }));
      expect(answer).toMatchObject({ ok: false });
      expect(view.performed).toEqual([]);
    });

    test.each<[string, unknown]>([
      ['nothing', null],
      ['a number', 7],
      ['a list', [1, 2, 3]],
      ['an object', { command: { command: 'lock-now' } }],
      ['much', 'x'.repeat(100_000)],
    ])('is not performed when said raw: %s', async (_what, message) => {
      const { page, view } = await open();
      await page.raw(message);
      expect(view.performed).toEqual([]);
    });
  });

  describe(`${title}: the window`, () => {
    test('comes up, with or without the keyboard, and again when it is up', async () => {
      const { host } = await open();
      expect(await host.showWindow(true)).toBe(true);
      expect(await host.showWindow(false)).toBe(true);
    });
  });

  describe(`${title}: abilities`, () => {
    test('are those of the desktop', async () => {
      const { host } = await open();
      expect(host.name).toBe(subject.name);
      expect(host.abilities).toMatchObject({ tray: subject.tray, notifications: subject.notifications });
    });

    test('that are missing are asked for in vain, and without harm', async () => {
      const { host } = await open();
      host.setTray(tray(['separator']));
      host.notify(notification({}));
      host.withdraw('insertion');
      host.withdraw('never shown');
      if (!host.abilities.startAtLogin) expect(await host.setStartAtLogin(true)).toBe(false);
      expect(typeof (await host.startsAtLogin())).toBe('boolean');
    });
  });

  if (subject.tray) {
    describe(`${title}: the tray`, () => {
      test('tells when it is chosen', async () => {
        const { host, desktop, events } = await open();
        host.setTray(tray([]));
        await desktop.chooseTray?.();
        await vi.waitFor(() => expect(events.heard).toContain('tray'));
      });

      test('has the menu that was set last', async () => {
        const { host, desktop, events } = await open();
        host.setTray(tray([{ action: 'open', label: 'Open' }]));
        host.setTray(tray([{ action: 'lock', label: 'Lock now' }, 'separator', { action: 'quit', label: 'Quit' }]));
        await vi.waitFor(async () => expect(await desktop.menu?.()).toEqual(['Lock now', 'Quit']));
        await desktop.chooseMenu?.('Lock now');
        await vi.waitFor(() => expect(events.heard).toContain('menu lock'));
        expect(events.heard).not.toContain('menu open');
      });
    });
  }

  if (subject.notifications) {
    describe(`${title}: notifications`, () => {
      const titles = async ({ desktop }: OpenedHost) => [...((await desktop.notifications?.()) ?? [])].toSorted();

      test('are up until they are withdrawn', async () => {
        const opened = await open();
        opened.host.notify(notification({}));
        await vi.waitFor(async () => expect(await titles(opened)).toEqual(['A card is in']));
        opened.host.withdraw('insertion');
        await vi.waitFor(async () => expect(await titles(opened)).toEqual([]));
      });

      test('with the same key take the place of each other, others do not', async () => {
        const opened = await open();
        opened.host.notify(notification({}));
        opened.host.notify(notification({ title: 'Another card is in' }));
        opened.host.notify(notification({ key: 'expiry', title: 'It ends soon' }));
        await vi.waitFor(async () => expect(await titles(opened)).toEqual(['Another card is in', 'It ends soon']));
      });

      test('tell which was chosen, and by which action', async () => {
        const opened = await open();
        const actions = [
          { id: 'renew', label: 'Renew now' },
          { id: 'open', label: 'Show' },
        ];
        opened.host.notify(notification({ key: 'expiry', title: 'It ends soon', actions }));
        await vi.waitFor(async () => expect(await titles(opened)).toEqual(['It ends soon']));
        await opened.desktop.chooseNotification?.('It ends soon', 'Show');
        await vi.waitFor(() => expect(opened.events.heard).toContain('notification expiry open'));
        opened.host.notify(notification({}));
        await vi.waitFor(async () => expect(await titles(opened)).toContain('A card is in'));
        await opened.desktop.chooseNotification?.('A card is in', null);
        await vi.waitFor(() => expect(opened.events.heard).toContain('notification insertion null'));
      });
    });
  }

  describe(`${title}: the countdown`, () => {
    test('is shown once, however often it is asked for, and hidden once', async () => {
      const { host, desktop } = await open();
      host.hideCountdown();
      await host.showCountdown();
      await vi.waitFor(async () => expect((await desktop.countdowns?.()) ?? 1).toBeGreaterThan(0));
      const shown = await desktop.countdowns?.();
      await host.showCountdown();
      await host.showCountdown();
      expect(await desktop.countdowns?.()).toBe(shown);
      host.hideCountdown();
      host.hideCountdown();
      await vi.waitFor(async () => expect((await desktop.countdowns?.()) ?? 0).toBe(0));
      await host.showCountdown();
      await vi.waitFor(async () => expect(await desktop.countdowns?.()).toBe(shown));
      host.hideCountdown();
      expect(subject.countdowns).toBe(shown !== undefined);
    });
  });

  describe(`${title}: addresses`, () => {
    test('of https are opened', async () => {
      const { host, desktop } = await open();
      expect(await host.openAddress('https://example.org/renew?from=wardkey')).toBe(true);
      expect(await desktop.openedAddresses()).toEqual(['https://example.org/renew?from=wardkey']);
    });

    test.each([
      'http://example.org/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'smb://example.org/share',
      'ms-settings:',
      'https://example.org@evil.example/',
      'https://user:word@example.org/',
      '--version',
      'example.org',
      '',
    ])('of any other kind are not: %s', async (address) => {
      const { host, desktop } = await open();
      expect(await host.openAddress(address)).toBe(false);
      expect(await desktop.openedAddresses()).toEqual([]);
    });
  });

  describe(`${title}: an address that holds a secret`, () => {
    const SECRET = 'vM3xq0sZkQ7e';

    test.each(['https://desk.example', 'http://127.0.0.1:8443'])(
      'of %s reaches the browser by a file that only its user can read, and by no argument',
      async (origin) => {
        const { host, desktop } = await open();
        expect(await host.openPrivate(`${origin}/ra#${SECRET}`)).toBe(true);
        const files = await desktop.openedFiles();
        expect(files).toHaveLength(1);
        const [file = ''] = files;
        expect(file).not.toContain(SECRET);
        expect(await desktop.openedAddresses()).toEqual([]);
        expect(readFileSync(file, 'utf8')).toContain(`url=${origin}/ra#${SECRET}"`);
        expect(statSync(file).mode & 0o077).toBe(0);
        expect(statSync(dirname(file)).mode & 0o077).toBe(0);
      },
    );

    test('is gone with the host, which opens none after that', async () => {
      const { host, desktop } = await open();
      await host.openPrivate(`https://desk.example/ra#${SECRET}`);
      const [file = ''] = await desktop.openedFiles();
      await host.close();
      expect(existsSync(file)).toBe(false);
      expect(await host.openPrivate(`https://desk.example/ra#${SECRET}`)).toBe(false);
      expect(await desktop.openedFiles()).toHaveLength(1);
    });

    test.each([
      'http://desk.example/ra#x',
      'http://127.0.0.1.desk.example/ra#x',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'https://user:word@desk.example/ra#x',
      'desk.example',
      '',
    ])('is not opened of any other kind: %s', async (address) => {
      const { host, desktop } = await open();
      expect(await host.openPrivate(address)).toBe(false);
      expect(await desktop.openedFiles()).toEqual([]);
    });
  });

  describe(`${title}: the end`, () => {
    test('takes everything away, and comes once', async () => {
      const opened = await open();
      const { host, desktop, view } = opened;
      host.setTray(tray([{ action: 'open', label: 'Open' }]));
      host.notify(notification({}));
      await host.showCountdown();
      await Promise.all([host.close(), host.close()]);
      await host.close();
      expect((await desktop.notifications?.()) ?? []).toEqual([]);
      await vi.waitFor(async () => expect((await desktop.countdowns?.()) ?? 0).toBe(0));
      expect(view.listenerCount).toBe(0);
    });

    test('is for good: nothing comes up after it', async () => {
      const { host, desktop, view, events } = await open();
      await host.close();
      host.setTray(tray([{ action: 'open', label: 'Open' }]));
      host.notify(notification({}));
      await host.showCountdown();
      view.change();
      expect(await host.showWindow(true)).toBe(false);
      expect((await desktop.menu?.()) ?? []).toEqual([]);
      expect((await desktop.notifications?.()) ?? []).toEqual([]);
      expect((await desktop.countdowns?.()) ?? 0).toBe(0);
      host.withdraw('insertion');
      host.hideCountdown();
      expect(events.heard.filter((what) => what !== 'abilities')).toEqual([]);
    });
  });
}
