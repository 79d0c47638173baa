import type { WindowNotice } from '../../core/agent/notice-codes.ts';
import { unlockingBy } from '../../core/agent/policy.ts';
import { type CONTACTS, ORGANISATION_PAGES } from '../../core/agent/policy-names.ts';
import { actionWhenPulled } from '../../core/agent/removal.ts';
import { type AgentState, hasActiveCard } from '../../core/agent/state.ts';
import { snapshotOf } from '../../core/agent/status.ts';
import type { DemoView } from '../../core/contract/demo.ts';
import type { UnlockView } from '../../core/contract/unlock.ts';
import type { Language, ViewPlace, ViewSnapshot } from '../../core/contract/view.ts';
import { languageOf } from '../../core/language/translator.ts';
import type { DesktopHost } from '../host/desktop-host.ts';
import type { Settings } from '../store/settings.ts';
import type { StandingAlert } from './alerts.ts';

/** All that a snapshot is made of. */
export type SnapshotParts = {
  readonly state: AgentState;
  readonly settings: Settings;
  /** Whether this desktop starts Wardkey at login, as it stands. */
  readonly startAtLogin: boolean;
  readonly alerts: readonly StandingAlert[];
  readonly notices: ReadonlyArray<{ readonly id: number; readonly code: WindowNotice; readonly until?: number }>;
  readonly host: Pick<DesktopHost, 'name' | 'abilities'> | null;
  readonly call: { readonly number: number; readonly place: ViewPlace };
  readonly unlock: UnlockView | null;
  readonly demo: DemoView | null;
  /** The languages of the system, the preferred first. */
  readonly systemLanguages: readonly string[];
  readonly version: string;
};

const NO_ABILITIES: DesktopHost['abilities'] = {
  tray: false,
  notifications: false,
  everyDisplay: false,
  startAtLogin: false,
};

/** What the view draws, made anew from the agent's state. @param monotonic now, for what is left of countdowns */
export function viewSnapshot(parts: SnapshotParts, monotonic: number): ViewSnapshot {
  const { state, host } = parts;
  const { policy } = state;
  const agent = snapshotOf(state, monotonic);
  const abilities = host?.abilities ?? NO_ABILITIES;
  const { name, pages, contacts } = policy.organisation;
  return {
    phase: agent.phase,
    service: agent.service,
    screen: agent.screen,
    readers: agent.readers.map(({ reader, phase, card }) => ({
      reader,
      phase,
      card:
        card === null
          ? null
          : {
              ...card,
              certificates: card.certificates.map((each) => ({ ...each, reasons: [...each.reasons] })),
            },
    })),
    countdowns: agent.countdowns.map((each) => ({ ...each })),
    unattended: unattendedOf(state, monotonic),
    failedAction: state.failedAction?.action ?? null,
    alerts: parts.alerts.map(({ id, slot, rung, daysLeft, notAfter }) => ({ id, slot, rung, daysLeft, notAfter })),
    notices: [...parts.notices],
    passcode: policy.passcode,
    whenPulled: actionWhenPulled(state),
    signInSlot: policy.certificates.signInSlot,
    renewalDays: Math.max(...policy.expiry.ladderDays),
    language: languageInForce(parts),
    preferences: preferencesOf(parts),
    introduced: parts.settings.introduced,
    organisation: {
      name: name ?? null,
      pages: ORGANISATION_PAGES.filter((page) => pages[page] !== undefined),
      contacts: {
        ra: contacts.ra ?? null,
        it: contacts.it ?? null,
        hr: contacts.hr ?? null,
      } satisfies Record<(typeof CONTACTS)[number], unknown>,
    },
    host: {
      name: host?.name ?? 'browser',
      tray: abilities.tray,
      notifications: abilities.notifications,
      startAtLogin: abilities.startAtLogin && parts.demo === null,
      mayQuit: policy.window.mayQuit,
    },
    version: parts.version,
    call: parts.call,
    unlockingBy: unlockingBy(policy),
    unlock: parts.unlock,
    raDesk: policy.desk.address !== undefined,
    demo: parts.demo,
  };
}

/** What the user chose, or the organisation instead. */
export function preferencesOf(
  parts: Pick<SnapshotParts, 'state' | 'settings' | 'startAtLogin'>,
): ViewSnapshot['preferences'] {
  const { settings, startAtLogin } = parts;
  const managed = parts.state.policy.window;
  return {
    language: choice(managed.language, settings.language),
    theme: choice(managed.theme, settings.theme),
    onInsertion: choice(managed.onInsertion, settings.onInsertion),
    startAtLogin: { value: startAtLogin, managed: managed.startAtLogin !== undefined },
    pad: { value: settings.pad, managed: false },
  };
}

const choice = <Value>(managed: Value | undefined, chosen: Value) =>
  managed === undefined ? { value: chosen, managed: false } : { value: managed, managed: true };

export function languageInForce(parts: Pick<SnapshotParts, 'state' | 'settings' | 'systemLanguages'>): Language {
  const chosen = parts.state.policy.window.language ?? parts.settings.language;
  return chosen === 'system' ? languageOf(parts.systemLanguages) : chosen;
}

function unattendedOf(state: AgentState, monotonic: number): ViewSnapshot['unattended'] {
  const { unattended } = state;
  if (unattended === null || !hasActiveCard(state)) return null;
  return {
    action: state.policy.removal.unattended.action,
    remainingMs: Math.max(0, unattended.deadline - monotonic),
    totalMs: unattended.deadline - unattended.remindedAt,
  };
}
