import * as v from 'valibot';
import { WINDOW_NOTICES } from '../agent/notice-codes.ts';
import { AGENT_PHASES, CARD_PHASES } from '../agent/phases.ts';
import { CONTACTS, ORGANISATION_PAGES, REMOVAL_ACTIONS, REMOVAL_CAUSES } from '../agent/policy-names.ts';
import { DemoDeedSchema, DemoSchema } from './demo.ts';
import { FailureCodeSchema as failureCode } from './failure-code.ts';
import { UNLOCK_COMMANDS, UNLOCKING_BY, UnlockViewSchema } from './unlock.ts';

/**
 * What the window and the agent say to each other, whichever host carries it: one immutable snapshot up to the view, a
 * small set of commands down. Both sides parse what they receive.
 */

const text = (max = 300) => v.pipe(v.string(), v.maxLength(max));
const whole = v.pipe(v.number(), v.integer());
/** Milliseconds since 1970. */
const wallClock = v.pipe(v.number(), v.finite());
/** Milliseconds from the moment at which the snapshot was made. */
const span = v.pipe(v.number(), v.minValue(0));
const readerName = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

export const LANGUAGES = ['en', 'cy'] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_CHOICES = ['system', ...LANGUAGES] as const;
export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export const INSERTION_CHOICES = ['open', 'notify', 'nothing'] as const;

const CertificateSchema = v.object({
  slot: v.picklist(['9A', '9C', '9D', '9E']),
  holder: v.nullable(text()),
  issuer: v.nullable(text()),
  verdict: v.picklist(['accepted', 'refused']),
  reasons: v.array(text(64)),
  judgedBy: v.picklist(['path', 'dates']),
  /** `asOf`: when the issuer said so. */
  revocation: v.object({ state: v.picklist(['good', 'revoked', 'stale', 'unknown']), asOf: v.nullable(wallClock) }),
  notAfter: v.nullable(wallClock),
  daysLeft: v.nullable(whole),
});
export type CertificateView = v.InferOutput<typeof CertificateSchema>;

const CardSchema = v.object({
  atr: text(128),
  cardId: v.nullable(text(80)),
  /** null: the card does not say. */
  triesLeft: v.nullable(whole),
  /** What is wrong with the card; null when nothing is. */
  trouble: v.nullable(failureCode),
  activeSince: v.nullable(wallClock),
  certificates: v.array(CertificateSchema),
});
export type CardView = v.InferOutput<typeof CardSchema>;

const ReaderSchema = v.object({ reader: text(255), phase: v.picklist(CARD_PHASES), card: v.nullable(CardSchema) });
export type ReaderView = v.InferOutput<typeof ReaderSchema>;

/** A setting as it stands: what holds, and whether the organisation decides it. */
const preference = <Value>(value: v.GenericSchema<unknown, Value>) => v.object({ value, managed: v.boolean() });

const ContactSchema = v.object({
  name: v.optional(text()),
  phone: v.optional(text()),
  email: v.optional(text()),
  hours: v.optional(text()),
  place: v.optional(text()),
});
export type ContactView = v.InferOutput<typeof ContactSchema>;

const ExpiryAlertSchema = v.object({
  /** Stands for this alert of this login in `dismiss-alert`. */
  id: text(160),
  slot: v.picklist(['9A', '9C', '9D', '9E']),
  /** The rung of the policy's ladder that the certificate stands on, in days. */
  rung: whole,
  daysLeft: whole,
  notAfter: wallClock,
});
export type ExpiryAlertView = v.InferOutput<typeof ExpiryAlertSchema>;

/** All that the view draws. It holds nothing else but where the user is and what is being typed. */
export const ViewSnapshotSchema = v.object({
  phase: v.picklist(AGENT_PHASES),
  service: v.picklist(['starting', 'running', 'stopped', 'absent']),
  screen: v.picklist(['locked', 'unlocked', 'screensaver', 'unknown']),
  readers: v.array(ReaderSchema),
  countdowns: v.array(
    v.object({
      cause: v.picklist(REMOVAL_CAUSES),
      action: v.picklist(REMOVAL_ACTIONS),
      remainingMs: span,
      totalMs: span,
    }),
  ),
  /** A card is in and nobody seems to be here; what happens then, and in how long. */
  unattended: v.nullable(v.object({ action: v.picklist(REMOVAL_ACTIONS), remainingMs: span, totalMs: span })),
  failedAction: v.nullable(v.picklist(REMOVAL_ACTIONS)),
  alerts: v.array(ExpiryAlertSchema),
  /** What a person should hear of and the agent lives on with. */
  notices: v.array(v.object({ id: whole, code: v.picklist(WINDOW_NOTICES), until: v.optional(wallClock) })),
  passcode: v.object({
    minLength: whole,
    maxLength: whole,
    digitsOnly: v.boolean(),
    refuseSimple: v.boolean(),
    lastTry: v.picklist(['ask', 'refuse']),
  }),
  /** What comes of the desktop when the card of a session is taken out. */
  whenPulled: v.picklist(REMOVAL_ACTIONS),
  signInSlot: v.picklist(['9A', '9C', '9D', '9E']),
  /** How long before its end a certificate can be renewed, in days: the highest rung of the ladder. */
  renewalDays: whole,
  language: v.picklist(LANGUAGES),
  preferences: v.object({
    language: preference(v.picklist(LANGUAGE_CHOICES)),
    theme: preference(v.picklist(THEME_CHOICES)),
    onInsertion: preference(v.picklist(INSERTION_CHOICES)),
    startAtLogin: preference(v.boolean()),
    pad: preference(v.boolean()),
  }),
  introduced: v.boolean(),
  organisation: v.object({
    name: v.nullable(text()),
    /** Which of the organisation's pages can be opened. */
    pages: v.array(v.picklist(ORGANISATION_PAGES)),
    contacts: v.object(v.entriesFromList(CONTACTS, v.nullable(ContactSchema))),
  }),
  host: v.object({
    name: v.picklist(['electron', 'browser']),
    /** Whether this desktop can do it at all. */
    tray: v.boolean(),
    notifications: v.boolean(),
    startAtLogin: v.boolean(),
    mayQuit: v.boolean(),
  }),
  version: text(40),
  /** Counts up when the user asks for the window: it then goes to `place`. */
  call: v.object({
    number: whole,
    place: v.picklist(['home', 'change-passcode', 'services', 'unlock', 'renew', 'help']),
  }),
  unlockingBy: v.picklist(UNLOCKING_BY),
  /** The unlock that is under way, or was the last; null: none. */
  unlock: v.nullable(UnlockViewSchema),
  /** Whether there is a card desk, at which RAs sign in. */
  raDesk: v.boolean(),
  demo: v.nullable(DemoSchema),
});
export type ViewSnapshot = v.InferOutput<typeof ViewSnapshotSchema>;
export type ViewPlace = ViewSnapshot['call']['place'];

const PreferenceChangeSchema = v.variant('name', [
  v.strictObject({ name: v.literal('language'), value: v.picklist(LANGUAGE_CHOICES) }),
  v.strictObject({ name: v.literal('theme'), value: v.picklist(THEME_CHOICES) }),
  v.strictObject({ name: v.literal('onInsertion'), value: v.picklist(INSERTION_CHOICES) }),
  v.strictObject({ name: v.literal('startAtLogin'), value: v.boolean() }),
  v.strictObject({ name: v.literal('pad'), value: v.boolean() }),
]);
export type PreferenceChange = v.InferOutput<typeof PreferenceChangeSchema>;

/**
 * What the view may ask. Secrets never stand in a command: they travel beside it as bytes and are overwritten by each hand that
 * passes them on.
 */
export const ViewCommandSchema = v.variant('command', [
  /** verify: secrets [passcode]; change: [old, new]. */
  v.strictObject({
    command: v.literal('attempt'),
    kind: v.picklist(['verify', 'change']),
    reader: readerName,
    /** The card that the page showed: what was typed is for no other one. */
    cardId: v.pipe(text(80), v.minLength(1)),
    lastTry: v.boolean(),
  }),
  ...UNLOCK_COMMANDS,
  /** Signs an RA in at the card desk with the own card, and opens its page in the browser. Secrets: [passcode]. */
  v.strictObject({
    command: v.literal('ra-sign-in'),
    reader: readerName,
    cardId: v.pipe(text(80), v.minLength(1)),
    lastTry: v.boolean(),
  }),
  v.strictObject({ command: v.literal('lock-now') }),
  v.strictObject({ command: v.literal('read-again'), reader: readerName }),
  /** The user is here after all: ends the reminder of an unattended card. */
  v.strictObject({ command: v.literal('still-here') }),
  v.strictObject({ command: v.literal('dismiss-alert'), id: text(160) }),
  v.strictObject({ command: v.literal('dismiss-notice'), id: whole }),
  v.strictObject({ command: v.literal('open-page'), page: v.picklist(ORGANISATION_PAGES) }),
  v.strictObject({ command: v.literal('set-preference'), change: PreferenceChangeSchema }),
  v.strictObject({ command: v.literal('introduced') }),
  /** Whether the window has the user's eye: it has the keyboard and is not hidden. */
  v.strictObject({ command: v.literal('attended'), attended: v.boolean() }),
  v.strictObject({ command: v.literal('diagnose') }),
  /** Writes the support report and answers with its path. */
  v.strictObject({ command: v.literal('make-report') }),
  v.strictObject({ command: v.literal('quit') }),
  v.strictObject({ command: v.literal('demo'), deed: DemoDeedSchema }),
]);
export type ViewCommand = v.InferOutput<typeof ViewCommandSchema>;
export type ViewCommandName = ViewCommand['command'];

export const FINDING_CHECKS = [
  'service',
  'driver',
  'reader',
  'card',
  'passcode',
  'certificate',
  'trust',
  'revocation',
  'clock',
  'network',
  'desk',
  'policy',
  'settings',
  'lock',
  'agent',
] as const;

const FindingSchema = v.object({
  check: v.picklist(FINDING_CHECKS),
  state: v.picklist(['ok', 'warning', 'failed', 'not-checked']),
  /** In English, for the command line and the report. */
  says: text(2000),
  fix: v.nullable(text(1000)),
  code: v.nullable(failureCode),
  /** What was found, as it is: a reader's name, a number, a file. */
  detail: v.nullable(text(2000)),
});
export type FindingView = v.InferOutput<typeof FindingSchema>;

/** What a command answers when it has worked. */
const VALUES = {
  none: v.null(),
  findings: v.array(FindingSchema),
  path: text(4096),
} as const;

const failed = v.object({
  ok: v.literal(false),
  code: failureCode,
  /** Where a passcode was wrong: how often it may still be tried; null where that is unknown. */
  triesLeft: v.optional(v.nullable(whole)),
});

const outcome = <Value>(value: v.GenericSchema<unknown, Value>) =>
  v.union([v.object({ ok: v.literal(true), value }), failed]);

export const VIEW_OUTCOMES = {
  attempt: outcome(VALUES.none),
  'unlock-start': outcome(VALUES.none),
  'unlock-address': outcome(VALUES.none),
  'unlock-code': outcome(VALUES.none),
  'unlock-passcode': outcome(VALUES.none),
  'unlock-cancel': outcome(VALUES.none),
  'unlock-retry': outcome(VALUES.none),
  'ra-sign-in': outcome(VALUES.none),
  'lock-now': outcome(VALUES.none),
  'read-again': outcome(VALUES.none),
  'still-here': outcome(VALUES.none),
  'dismiss-alert': outcome(VALUES.none),
  'dismiss-notice': outcome(VALUES.none),
  'open-page': outcome(VALUES.none),
  'set-preference': outcome(VALUES.none),
  introduced: outcome(VALUES.none),
  attended: outcome(VALUES.none),
  diagnose: outcome(VALUES.findings),
  'make-report': outcome(VALUES.path),
  quit: outcome(VALUES.none),
  demo: outcome(VALUES.none),
} as const satisfies Record<ViewCommandName, v.GenericSchema>;

/** The longest passcode or code that is passed on, and the longest address (RFC 5321, section 4.5.3.1.3); bytes. */
const SHORT = 64;
const ADDRESS = 254;

/** Whether these are the secrets that travel beside the command: as many as it wants, none empty, none too long. */
export function secretsFit(command: ViewCommand, secrets: readonly Uint8Array[]): boolean {
  const longest = longestSecrets(command);
  return (
    secrets.length === longest.length && secrets.every(({ length }, i) => length > 0 && length <= (longest[i] ?? 0))
  );
}

function longestSecrets(command: ViewCommand): readonly number[] {
  switch (command.command) {
    case 'attempt':
      return command.kind === 'change' ? [SHORT, SHORT] : [SHORT];
    case 'unlock-address':
      return [ADDRESS];
    case 'unlock-code':
    case 'unlock-passcode':
    case 'ra-sign-in':
      return [SHORT];
    default:
      return [];
  }
}

export type ViewOutcomeOf<Name extends ViewCommandName> = v.InferOutput<(typeof VIEW_OUTCOMES)[Name]>;
export type ViewOutcome = ViewOutcomeOf<ViewCommandName>;

/** The agent as the view sees it, through whichever host: what `src/renderer` is written against. */
export interface ViewBridge {
  /** Calls back with each snapshot, at once with the last one if there is one. Returns how to stop. */
  onSnapshot(listener: (snapshot: ViewSnapshot) => void): () => void;
  /** Calls back when the agent can no longer be reached, and when it can again. */
  onReachable(listener: (reachable: boolean) => void): () => void;
  /** Never rejects. The secrets are overwritten when this returns. */
  request<Command extends ViewCommand>(
    command: Command,
    secrets?: readonly Uint8Array[],
  ): Promise<ViewOutcomeOf<Command['command']>>;
}
