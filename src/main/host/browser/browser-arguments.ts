import { pathToFileURL } from 'node:url';
import type { WindowSize } from '../desktop-host.ts';

export type BrowserWindow = {
  /** Absolute path of the page that opens the window. It holds the launch token, a command line is seen by everybody. */
  readonly page: string;
  /** The browser's profile for this window alone: absolute path of a folder that only this user can enter. */
  readonly profileFolder: string;
  readonly size: WindowSize;
  /** User id of this process, null on Windows. */
  readonly uid: number | null;
};

/** What a window of one local page has no use for, and what would ask the network or the user for something. */
const FEATURES_OFF = [
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'InterestFeedContentSuggestions',
  'MediaRouter',
  'OptimizationHints',
  'Translate',
  'msEdgeFirstRunExperience',
];

/** How Chromium shows one page as a window of its own that leaves the user's own browsing alone. */
export function browserArguments({ page, profileFolder, size, uid }: BrowserWindow): readonly string[] {
  return [
    `--app=${pathToFileURL(page).href}`,
    `--user-data-dir=${profileFolder}`,
    `--window-size=${size.width},${size.height}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-background-mode',
    '--disable-breakpad',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-extensions',
    '--disable-search-engine-choice-screen',
    '--hide-crash-restore-bubble',
    '--no-pings',
    `--disable-features=${FEATURES_OFF.join(',')}`,
    // Nothing is kept in this profile: neither the key ring of a Linux desktop nor the keychain of a Mac need be opened for it.
    '--password-store=basic',
    '--use-mock-keychain',
    // Chromium does not run as root with its sandbox. Nobody works as root; build machines and kiosks in containers do.
    ...(uid === 0 ? ['--no-sandbox'] : []),
  ];
}
