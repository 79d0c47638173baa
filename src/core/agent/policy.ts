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

/** Rules between fields: contradictions are errors, surprises are warnings. */
function consistency(policy: Policy): PolicyResult {
  const problems: PolicyProblem[] = [];
  const warnings: PolicyProblem[] = [];
  if (policy.passcode.minLength > policy.passcode.maxLength) {
    problems.push({ path: 'passcode.minLength', message: 'is larger than passcode.maxLength' });
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
