import * as v from 'valibot';
import { type ViewSnapshot, ViewSnapshotSchema } from '../../src/core/contract/view.ts';

/** A snapshot as the agent could send it: one reader, no card. @param overrides what is different, whole fields */
export function sampleSnapshot(overrides: Partial<ViewSnapshot> = {}): ViewSnapshot {
  return v.parse(ViewSnapshotSchema, { ...SAMPLE, ...overrides });
}

const SAMPLE: ViewSnapshot = {
  phase: 'no-card',
  service: 'running',
  screen: 'unlocked',
  readers: [{ reader: 'Ward Reader 00 00', phase: 'empty', card: null }],
  countdowns: [],
  unattended: null,
  failedAction: null,
  alerts: [],
  notices: [],
  passcode: { minLength: 6, maxLength: 8, digitsOnly: true, refuseSimple: true, lastTry: 'ask' },
  whenPulled: 'lock',
  signInSlot: '9A',
  renewalDays: 30,
  language: 'en',
  preferences: {
    language: { value: 'system', managed: false },
    theme: { value: 'system', managed: false },
    onInsertion: { value: 'open', managed: false },
    startAtLogin: { value: false, managed: false },
    pad: { value: false, managed: false },
  },
  introduced: true,
  organisation: { name: null, pages: [], contacts: { ra: null, it: null, hr: null } },
  host: { name: 'browser', tray: false, notifications: true, startAtLogin: false, mayQuit: true },
  version: '0.1.0',
  call: { number: 0, place: 'home' },
  unlockingBy: 'people',
  unlock: null,
  raDesk: false,
  demo: null,
};
