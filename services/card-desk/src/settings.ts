import { readFileSync, statSync } from 'node:fs';
import * as v from 'valibot';
import { trustedProxiesOf } from './http/trusted-proxies.ts';

/** What an organisation sets. One JSON file; secrets come from the environment, or from files that the environment names. */

const text = (maxLength: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(maxLength));
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const host = text(255);

/**
 * So many at once, and then as many as that makes a second: whoever uses up a limit and each next one as soon as it is there has
 * twice `count` in the first `seconds`, and never more than that in any.
 */
const limit = (count: number, seconds: number) =>
  v.optional(
    v.strictObject({
      count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)), count),
      seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400)), seconds),
    }),
    {},
  );

const templates = v.strictObject({
  'unlock-code': v.pipe(v.string(), v.uuid()),
  'address-code': v.pipe(v.string(), v.uuid()),
  unlocking: v.pipe(v.string(), v.uuid()),
  'address-changed': v.pipe(v.string(), v.uuid()),
});

export const SettingsSchema = v.strictObject({
  /** How agents reach the desk: what cards sign names it. */
  origin: v.pipe(
    v.string(),
    v.regex(/^https?:\/\/[^/?#]+$/, 'must be scheme, host and port only'),
    v.check((origin) => origin.startsWith('https://') || /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(origin)),
  ),
  organisation: v.strictObject({
    name: text(100),
    /** Who helps, and how to reach them: stands in every message. */
    help: text(300),
  }),
  listen: v.optional(v.strictObject({ host: v.optional(host, '127.0.0.1'), port: v.optional(port, 8443) }), {}),
  tls: v.optional(v.nullable(v.strictObject({ certificate: text(4096), key: text(4096) })), null),
  /** Without TLS of its own a desk listens on this machine only, unless something in front of it is said to bring TLS. */
  behindProxy: v.optional(v.boolean(), false),
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  trustedProxies: v.optional(v.array(text(64)), []),
  /** Where /metrics and /healthz are, apart from the address that everybody reaches; null: nowhere. */
  operations: v.optional(
    v.nullable(v.strictObject({ host: v.optional(host, '127.0.0.1'), port: v.optional(port, 9464) })),
    {},
  ),
  /** Journeys that are over, and what was done for them, are forgotten after so many days. The audit chain is not. */
  keptDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(7), v.maxValue(36_500)), 400),
  dataFolder: v.optional(text(4096), 'card-desk-data'),
  countryCode: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,2}$/)), '44'),
  email: v.variant('by', [
    v.strictObject({ by: v.literal('smtp'), from: text(254) }),
    v.strictObject({ by: v.literal('notify'), templates }),
    v.strictObject({ by: v.literal('none') }),
  ]),
  sms: v.variant('by', [
    v.strictObject({ by: v.literal('notify'), templates }),
    v.strictObject({ by: v.literal('none') }),
  ]),
  notify: v.optional(
    v.strictObject({ baseUrl: v.optional(v.pipe(v.string(), v.url()), 'https://api.notifications.service.gov.uk') }),
    {},
  ),
  limits: v.optional(
    v.strictObject({
      /** A source is an address, or an IPv6 network of /64: a hospital behind one address is one source with everybody in it. */
      requestsOfSource: limit(1200, 60),
      startsOfSource: limit(200, 600),
      /** These three are kept silently: what they stop is answered like anything else. */
      codesOfCard: limit(5, 900),
      /** Ten, since it is refilled while it is used: no more than 20 in any 24 hours, of five guesses each. */
      codesOfCardADay: limit(10, 86_400),
      messagesToAddress: limit(6, 3600),
      signInsOfSource: limit(100, 600),
      searchesOfRa: limit(60, 60),
    }),
    {},
  ),
  /**
   * The browser of an RA has to come from the address that the RA's agent came from. False: where browsers and programs of one
   * workstation reach the desk by different proxies.
   */
  browserAtSameAddress: v.optional(v.boolean(), true),
  /**
   * What somebody can ask about a card that is not theirs takes at least this long to answer: longer than what is done for
   * it, whatever it was.
   */
  answersTakeMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5000)), 250),
});
export type Settings = v.InferOutput<typeof SettingsSchema>;
export type Limit = Settings['limits']['codesOfCard'];

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export function parseSettings(json: unknown): Settings {
  const parsed = v.safeParse(SettingsSchema, json);
  if (!parsed.success) {
    const why = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'file'}: ${issue.message}`);
    throw new SettingsError(`settings: ${why.join('; ')}`);
  }
  const settings = parsed.output;
  const { listen, tls, behindProxy, trustedProxies } = settings;
  if (tls === null && !behindProxy && !isLoopback(listen.host)) {
    throw new SettingsError(
      'settings: listen.host is not of this machine: set tls, or behindProxy if a proxy brings it',
    );
  }
  if (trustedProxiesOf(trustedProxies) === null) {
    throw new SettingsError('settings: trustedProxies: IP addresses, and networks as 10.1.0.0/16');
  }
  // Everybody would come from the proxy's address, and use up its limits for everybody else.
  if (behindProxy && trustedProxies.length === 0) {
    throw new SettingsError('settings: behindProxy: trustedProxies has to say whose X-Forwarded-For is believed');
  }
  return settings;
}

export function readSettings(file: string): Settings {
  try {
    return parseSettings(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(`${file} cannot be read as JSON`, { cause: error });
  }
}

const isLoopback = (address: string) => /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(address);

export const SECRET_NAMES = [
  'DATABASE_URL',
  'CARD_DESK_KEYS',
  'CARD_DESK_SMTP_URL',
  'CARD_DESK_NOTIFY_API_KEY',
] as const;

/** A secret from the environment, or from the file that `NAME_FILE` names and nobody else may read; null: not set. */
export function secretOf(name: (typeof SECRET_NAMES)[number], environment: NodeJS.ProcessEnv): string | null {
  const file = environment[`${name}_FILE`];
  if (file === undefined || file === '') return environment[name] || null;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      throw new SettingsError(`the file that ${name}_FILE names may be read by others: chmod 600`);
    }
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(`the file that ${name}_FILE names cannot be read`);
  }
}
