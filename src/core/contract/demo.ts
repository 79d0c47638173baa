import * as v from 'valibot';

/** The demo's side panel: what can be done to the virtual readers, cards and desktop. Trainers, help desks and tests use it. */

export const DEMO_CARDS = [
  'ada',
  'ben',
  'expiring',
  'expired',
  'blocked',
  'last-try',
  'revoked',
  'mute',
  'foreign',
] as const;
export type DemoCard = (typeof DEMO_CARDS)[number];

const reader = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1));

export const DemoDeedSchema = v.variant('deed', [
  v.strictObject({ deed: v.literal('insert'), card: v.picklist(DEMO_CARDS), reader }),
  v.strictObject({ deed: v.literal('pull'), reader }),
  v.strictObject({ deed: v.literal('kill-service') }),
  /** The service runs again, or the remote connection is back. */
  v.strictObject({ deed: v.literal('start-service') }),
  /** The operating system's own unlocking, of a desktop on paper. */
  v.strictObject({ deed: v.literal('unlock-desktop') }),
  /** The remote session drops its redirected readers, cards and all. */
  v.strictObject({ deed: v.literal('drop-session') }),
  /** Nobody has touched keyboard or mouse for the policy's time. */
  v.strictObject({ deed: v.literal('go-idle') }),
  /** The desktop refuses to lock from now on, or locks again. */
  v.strictObject({ deed: v.literal('break-lock'), broken: v.boolean() }),
  /** Seconds that a pulled card may come back. */
  v.strictObject({ deed: v.literal('grace'), seconds: v.picklist([0, 10, 30]) }),
  /** The RA of the demo authorises the blocked card in a reader to be unlocked. */
  v.strictObject({ deed: v.literal('authorise') }),
  /** Every card as new: passcodes, tries and dates. */
  v.strictObject({ deed: v.literal('reset') }),
]);
export type DemoDeed = v.InferOutput<typeof DemoDeedSchema>;

export const DemoSchema = v.object({
  /** Which card is in each reader; null: none. */
  readers: v.array(v.nullable(v.picklist(DEMO_CARDS))),
  service: v.boolean(),
  /** Whether the remote connection that brings the readers is up. */
  connected: v.boolean(),
  desktopLocked: v.boolean(),
  lockBroken: v.boolean(),
  graceSeconds: v.number(),
  /** The passcode of every demo card. */
  passcode: v.pipe(v.string(), v.maxLength(8)),
  /** What stands on the profile of whoever has the blocked card; empty: this demo has no card desk, or not yet. */
  addresses: v.pipe(v.array(v.pipe(v.string(), v.maxLength(254))), v.maxLength(4)),
  /** What the card desk of the demo has sent, the latest first. */
  mail: v.pipe(
    v.array(v.object({ subject: v.pipe(v.string(), v.maxLength(200)), text: v.pipe(v.string(), v.maxLength(2_000)) })),
    v.maxLength(20),
  ),
});
export type DemoView = v.InferOutput<typeof DemoSchema>;
