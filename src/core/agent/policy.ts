import * as v from 'valibot';
import { ORGANISATION_PAGES, REMOVAL_ACTIONS, REMOVAL_CAUSES, type RemovalAction } from './policy-names.ts';

/**
 * What an organisation decides for its workstations. One JSON file, managed by IT; everything left out takes the default
 * written here. docs/policy.md is made from this schema (and a test holds the two together).
 */

const seconds = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max));
const days = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3650));

const removalRule = (action: RemovalAction, graceSeconds: number) =>
  v.optional(
    v.strictObject({
      action: v.optional(v.pipe(v.picklist(REMOVAL_ACTIONS), v.description('What happens to the desktop.')), action),
      graceSeconds: v.optional(
        v.pipe(seconds(300), v.description('How long the same card may come back first; 0 acts at once.')),
        graceSeconds,
      ),
    }),
    {},
  );

const absolutePath = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'must be an absolute path'),
);
const httpsAddress = v.pipe(
  v.string(),
  v.maxLength(2048),
  v.url('must be an address'),
  v.startsWith('https://', 'must begin with https://'),
);
const webAddress = v.pipe(
  v.string(),
  v.maxLength(2048),
  v.url('must be an address'),
  v.regex(/^https?:\/\//, 'must begin with http:// or https://'),
);
const shortText = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const programName = v.pipe(v.string(), v.regex(/^[\w.+-]{1,64}$/, 'must be the bare name of a program'));

/** How to reach one of the people; @param who as the reference page names them */
const contact = (who: string) =>
  v.optional(
    v.strictObject({
      name: v.optional(v.pipe(shortText, v.description(`What ${who} is called here.`))),
      phone: v.optional(
        v.pipe(
          v.string(),
          v.regex(/^[+\d][\d ()-]{2,38}$/, 'must be a telephone number'),
          v.description(`Telephone number of ${who}.`),
        ),
      ),
      email: v.optional(
        v.pipe(
          v.string(),
          v.maxLength(254),
          v.email('must be an email address'),
          v.description(`Email address of ${who}.`),
        ),
      ),
      hours: v.optional(v.pipe(shortText, v.description(`When ${who} can be reached.`))),
      place: v.optional(v.pipe(shortText, v.description(`Where ${who} is found.`))),
    }),
  );

export const PolicySchema = v.strictObject({
  version: v.optional(v.pipe(v.literal(1), v.description('Version of this format.')), 1),
  session: v.optional(
    v.strictObject({
      begins: v.optional(
        v.pipe(
          v.picklist(['passcode', 'insertion']),
          v.description(
            '`passcode`: a card session begins when the card has accepted the passcode. `insertion`: as soon as a usable card is in, for workstations that ask for the passcode elsewhere (one prompt for one passcode).',
          ),
        ),
        'passcode',
      ),
      requireValidCertificate: v.optional(
        v.pipe(
          v.boolean(),
          v.description('Whether a card whose sign-in certificate is in trouble is refused a session.'),
        ),
        true,
      ),
    }),
    {},
  ),
  passcode: v.optional(
    v.strictObject({
      minLength: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(4),
          v.maxValue(8),
          v.description('Shortest passcode that may be chosen.'),
        ),
        6,
      ),
      maxLength: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(4),
          v.maxValue(8),
          v.description('Longest passcode that may be chosen.'),
        ),
        8,
      ),
      digitsOnly: v.optional(v.pipe(v.boolean(), v.description('Whether a chosen passcode must be digits.')), true),
      refuseSimple: v.optional(
        v.pipe(
          v.boolean(),
          v.description('Whether repeated digits, runs such as 123456 and years at either end are refused.'),
        ),
        true,
      ),
      lastTry: v.optional(
        v.pipe(
          v.picklist(['ask', 'refuse']),
          v.description(
            '`ask`: the last try needs an explicit yes. `refuse`: it is never made; the card must be unlocked by PUK first.',
          ),
        ),
        'ask',
      ),
    }),
    {},
  ),
  removal: v.optional(
    v.strictObject({
      'card-pulled': removalRule('lock', 0),
      'reader-unplugged': removalRule('lock', 0),
      'service-stopped': removalRule('lock', 10),
      'card-process-lost': removalRule('lock', 10),
      resume: removalRule('lock', 5),
      'remote-reader-dropped': removalRule('lock', 10),
      unattended: removalRule('lock', 0),
      command: v.optional(
        v.pipe(
          v.tupleWithRest([absolutePath], v.pipe(v.string(), v.maxLength(4096))),
          v.maxLength(64),
          v.description('Program (absolute path) and arguments for the action `command`; run without a shell.'),
        ),
      ),
      closeApps: v.optional(
        v.pipe(v.array(programName), v.maxLength(64), v.description('Names of the programs that `close-apps` ends.')),
        [],
      ),
      deferToSystem: v.optional(
        v.pipe(
          v.boolean(),
          v.description('Whether to stand back for 3 s where the operating system has a removal policy of its own.'),
        ),
        true,
      ),
    }),
    {},
  ),
  expiry: v.optional(
    v.strictObject({
      ladderDays: v.optional(
        v.pipe(
          v.array(days),
          v.minLength(1),
          v.maxLength(16),
          v.description('Days before expiry at which the warning at login begins, and at which it grows stronger.'),
        ),
        [90, 30, 14, 7, 1],
      ),
    }),
    {},
  ),
  unattended: v.optional(
    v.strictObject({
      remindAfterSeconds: v.optional(
        v.pipe(
          v.nullable(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(86_400))),
          v.description('Idle time with an active card before the user is reminded of it; null never reminds.'),
        ),
        null,
      ),
      actAfterSeconds: v.optional(
        v.pipe(seconds(3600), v.description('Time from the reminder to the removal rule `unattended`.')),
        60,
      ),
    }),
    {},
  ),
  window: v.optional(
    v.strictObject({
      language: v.optional(
        v.pipe(
          v.picklist(['system', 'en', 'cy']),
          v.description('Language of the window, the tray and the notifications. Left out, the user chooses.'),
        ),
      ),
      theme: v.optional(
        v.pipe(
          v.picklist(['system', 'light', 'dark']),
          v.description('Light or dark window. Left out, the user chooses.'),
        ),
      ),
      onInsertion: v.optional(
        v.pipe(
          v.picklist(['open', 'notify', 'nothing']),
          v.description(
            'When a card that wants its passcode comes in: `open` shows the window without taking the keyboard from the program in use, `notify` shows a notification, `nothing` neither. Left out, the user chooses.',
          ),
        ),
      ),
      startAtLogin: v.optional(
        v.pipe(
          v.boolean(),
          v.description('Whether Wardkey starts when the user logs in to the desktop. Left out, the user chooses.'),
        ),
      ),
      mayQuit: v.optional(
        v.pipe(v.boolean(), v.description('Whether the user may end Wardkey. Without it nothing locks on removal.')),
        true,
      ),
      browser: v.optional(
        v.pipe(
          absolutePath,
          v.description(
            'The Chromium-family browser that shows the window where Electron does not. Left out, one is looked for.',
          ),
        ),
      ),
    }),
    {},
  ),
  desk: v.optional(
    v.strictObject({
      mode: v.optional(
        v.pipe(
          v.picklist(['in-app', 'address']),
          v.description(
            '`in-app`: blocked cards are unlocked in the window, with the card desk at `desk.address`; without that, as if `address`. `address`: on the organisation’s own page, `organisation.pages.unlock`.',
          ),
        ),
        'in-app',
      ),
      address: v.optional(
        v.pipe(
          webAddress,
          v.regex(/^https?:\/\/[^/?#]+\/?$/, 'must be a host and perhaps a port, without a path'),
          v.description('Address (https) of the card desk, without a path.'),
        ),
      ),
      caFile: v.optional(
        v.pipe(
          absolutePath,
          v.description(
            'File (PEM) with the authorities that the certificate of the desk must come from. Left out: those of the system.',
          ),
        ),
      ),
      pinnedKeys: v.optional(
        v.pipe(
          v.array(
            v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/, 'must be the SHA-256 of a public key, in base64')),
          ),
          v.maxLength(8),
          v.description(
            'SHA-256 of the public keys (SPKI, in base64) of which the desk must have one; put in the next one before it changes. Empty accepts any with a good certificate.',
          ),
        ),
        [],
      ),
      proxy: v.optional(
        v.pipe(
          v.union([v.picklist(['system', 'none']), webAddress]),
          v.description('`system`: as the environment says. `none`: never one. Or its address.'),
        ),
        'system',
      ),
      loopback: v.optional(
        v.pipe(
          v.boolean(),
          v.description('Whether the desk may run on this computer, and then be spoken to over http: for tests.'),
        ),
        false,
      ),
    }),
    {},
  ),
  organisation: v.optional(
    v.strictObject({
      name: v.optional(v.pipe(shortText, v.description('Name of the organisation, as the window shows it.'))),
      pages: v.optional(
        v.strictObject(
          v.entriesFromList(
            ORGANISATION_PAGES,
            v.optional(
              v.pipe(
                httpsAddress,
                v.description(
                  'Address (https) of the organisation’s own page for this; the window opens it in the browser.',
                ),
              ),
            ),
          ),
        ),
        {},
      ),
      contacts: v.optional(
        v.strictObject({
          ra: contact('the Registration Authority'),
          it: contact('the IT service desk'),
          hr: contact('human resources'),
        }),
        {},
      ),
    }),
    {},
  ),
  certificates: v.optional(
    v.strictObject({
      signInSlot: v.optional(
        v.pipe(
          v.picklist(['9A', '9C', '9D', '9E']),
          v.description('The slot whose certificate decides about a sign-in.'),
        ),
        '9A',
      ),
      issuers: v.optional(
        v.pipe(
          v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
          v.maxLength(64),
          v.description('Common names of the issuers whose cards are accepted; empty accepts any.'),
        ),
        [],
      ),
      anchors: v.optional(
        v.pipe(
          v.array(absolutePath),
          v.maxLength(64),
          v.description(
            'Files or folders (PEM or DER) with the certificates that everything is trusted by. Empty, with `systemAnchors` off: paths and revocation are not looked at, dates and names alone.',
          ),
        ),
        [],
      ),
      systemAnchors: v.optional(
        v.pipe(v.boolean(), v.description('Whether the anchors of the operating system count too.')),
        false,
      ),
      intermediates: v.optional(
        v.pipe(
          v.array(absolutePath),
          v.maxLength(64),
          v.description('Files or folders with the certificates between anchors and cards. They need not be trusted.'),
        ),
        [],
      ),
      profile: v.optional(
        v.pipe(
          v.picklist(['strict', 'rfc5280']),
          v.description(
            '`strict`: RSA from 2048 bits, P-256 to P-521 or Ed25519, no SHA-1, and a purpose (below). `rfc5280`: what the standard asks for and no more.',
          ),
        ),
        'strict',
      ),
      purposes: v.optional(
        v.pipe(
          v.array(v.picklist(['client-auth', 'smartcard-logon'])),
          v.minLength(1),
          v.description('In the profile `strict`: what the sign-in certificate must be for; one of these is enough.'),
        ),
        ['client-auth', 'smartcard-logon'],
      ),
      minimumRsaBits: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(2048),
          v.maxValue(8192),
          v.description('In the profile `strict`: the shortest RSA key that is accepted.'),
        ),
        2048,
      ),
      acceptedPolicies: v.optional(
        v.pipe(
          v.array(v.pipe(v.string(), v.regex(/^[0-2](\.\d{1,9}){1,30}$/, 'must be an object identifier'))),
          v.maxLength(64),
          v.description(
            'Certificate policies (RFC 5280) of which one must hold for the whole path; empty accepts any.',
          ),
        ),
        [],
      ),
      provePossession: v.optional(
        v.pipe(
          v.boolean(),
          v.description(
            'Whether the card must sign a random number with the key of its sign-in certificate after the passcode: a copied certificate or a half-finished renewal is noticed.',
          ),
        ),
        true,
      ),
    }),
    {},
  ),
  revocation: v.optional(
    v.strictObject({
      mode: v.optional(
        v.pipe(
          v.picklist(['required', 'when-known', 'off']),
          v.description(
            '`required`: a card signs in only when its certificates are known not to be revoked. `when-known`: only those known to be revoked are refused. `off`: not looked at.',
          ),
        ),
        'required',
      ),
      graceHours: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(0),
          v.maxValue(72),
          v.description('How long after its end an answer that was good still counts, where no newer one can be had.'),
        ),
        0,
      ),
      ageCapHours: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(1),
          v.maxValue(720),
          v.description('How long an answer counts that names no end.'),
        ),
        168,
      ),
      sources: v.optional(
        v.pipe(
          v.array(v.picklist(['crl', 'ocsp'])),
          v.description('What is asked: revocation lists, OCSP responders. Empty: nothing is fetched.'),
        ),
        ['crl', 'ocsp'],
      ),
      lists: v.optional(
        v.pipe(
          v.array(webAddress),
          v.maxLength(64),
          v.description('Addresses of revocation lists to fetch beyond those that certificates name.'),
        ),
        [],
      ),
      fetchIssuers: v.optional(
        v.pipe(
          v.boolean(),
          v.description('Whether certificates of issuers are fetched from where certificates say (AIA).'),
        ),
        false,
      ),
      proxy: v.optional(
        v.pipe(
          v.union([v.picklist(['system', 'none']), webAddress]),
          v.description('`system`: as the environment says. `none`: never one. Or its address.'),
        ),
        'system',
      ),
      loopback: v.optional(
        v.pipe(v.boolean(), v.description('Whether addresses of this computer itself may be fetched from.')),
        false,
      ),
    }),
    {},
  ),
});

export type Policy = v.InferOutput<typeof PolicySchema>;

export type PolicyProblem = { readonly path: string; readonly message: string };
export type PolicyResult =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly PolicyProblem[] }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

export const DEFAULT_POLICY: Policy = v.parse(PolicySchema, {});

/** Largest policy file that is read, in bytes. */
export const MAX_POLICY_BYTES = 256 * 1024;

/** Judges the text of a policy file as a whole: every problem is told, and nothing of a broken file is applied. */
export function parsePolicy(text: string): PolicyResult {
  if (text.length > MAX_POLICY_BYTES) {
    return { ok: false, problems: [{ path: '', message: `larger than ${MAX_POLICY_BYTES} bytes` }] };
  }
  let data: unknown;
  try {
    data = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    return {
      ok: false,
      problems: [{ path: '', message: `not JSON: ${error instanceof Error ? error.message : 'unreadable'}` }],
    };
  }
  if (Array.isArray(data)) return { ok: false, problems: [{ path: '', message: 'not an object' }] };
  const result = v.safeParse(PolicySchema, data);
  if (!result.success) {
    return {
      ok: false,
      problems: result.issues
        .slice(0, 50)
        .map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message })),
    };
  }
  return consistency(result.output);
}

/** Whether there is anything to judge paths by. */
export function hasAnchors({ certificates }: Policy): boolean {
  return certificates.anchors.length > 0 || certificates.systemAnchors;
}

/** How blocked cards are unlocked here; `people`: there is neither a desk nor a page. */
export function unlockingBy({ desk, organisation }: Policy): 'in-app' | 'address' | 'people' {
  if (desk.mode === 'in-app' && desk.address !== undefined) return 'in-app';
  return organisation.pages.unlock === undefined ? 'people' : 'address';
}

/** Rules between fields: contradictions are errors, surprises are warnings. */
function consistency(policy: Policy): PolicyResult {
  const problems: PolicyProblem[] = [];
  const warnings: PolicyProblem[] = [];
  if (policy.passcode.minLength > policy.passcode.maxLength) {
    problems.push({ path: 'passcode.minLength', message: 'is larger than passcode.maxLength' });
  }
  if (!hasAnchors(policy)) {
    warnings.push({ path: 'certificates.anchors', message: 'is empty: cards are judged by dates and names alone' });
  }
  const { desk } = policy;
  if (desk.address?.startsWith('http://') === true && !desk.loopback) {
    problems.push({ path: 'desk.address', message: 'must begin with https://' });
  }
  for (const cause of REMOVAL_CAUSES) {
    const { action } = policy.removal[cause];
    if (action === 'command' && policy.removal.command === undefined) {
      problems.push({ path: `removal.${cause}.action`, message: '`command` needs removal.command' });
    }
    if (action === 'close-apps' && policy.removal.closeApps.length === 0) {
      problems.push({ path: `removal.${cause}.action`, message: '`close-apps` needs removal.closeApps' });
    }
    if (action === 'nothing' && cause !== 'unattended') {
      warnings.push({ path: `removal.${cause}.action`, message: 'the desktop stays open when an active card is gone' });
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy, warnings };
}
