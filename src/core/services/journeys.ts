import type { ContactName, OrganisationPage } from '../agent/policy-names.ts';
import { AUTHENTICATORS, type JourneyName } from '../language/journey-names.ts';

/** Who does what a journey is about. */
export type Doer = 'you' | 'ra' | 'hr' | 'line-manager';

/** What a journey needs besides its words: who does it, where it is done, and who helps where it cannot be done alone. */
export type Journey = {
  readonly doer: Doer;
  /** The organisation's page on which it is done; null: it is done in the window or not on a screen at all. */
  readonly page: OrganisationPage | null;
  /** What the window itself can do of it. */
  readonly action: 'change-passcode' | null;
  readonly contact: ContactName;
  /** The journey whose page lists this one; null: the list of services does. */
  readonly parent: JourneyName | null;
};

const onPage = (page: OrganisationPage, doer: Doer, contact: ContactName): Journey => ({
  doer,
  page,
  action: null,
  contact,
  parent: null,
});

const authenticator = (page: OrganisationPage): Journey => ({
  ...onPage(page, 'you', 'it'),
  parent: 'other-authenticators',
});

export const JOURNEY_OF: Readonly<Record<JourneyName, Journey>> = {
  unlock: onPage('unlock', 'you', 'ra'),
  'change-passcode': { ...onPage('change-passcode', 'you', 'ra'), action: 'change-passcode' },
  renew: onPage('renew', 'you', 'ra'),
  'lost-card': onPage('lost-card', 'hr', 'hr'),
  'contact-details': onPage('contact-details', 'you', 'ra'),
  'name-change': onPage('name-change', 'ra', 'ra'),
  'access-rights': onPage('access-rights', 'ra', 'ra'),
  'other-authenticators': { doer: 'you', page: null, action: null, contact: 'it', parent: null },
  'windows-hello': authenticator('windows-hello'),
  'security-key': authenticator('security-key'),
  ipad: authenticator('ipad'),
  'microsoft-authenticator': authenticator('microsoft-authenticator'),
  'connected-account': authenticator('connected-account'),
  passkey: authenticator('passkey'),
  'getting-a-card': onPage('getting-a-card', 'you', 'ra'),
  leaving: onPage('leaving', 'line-manager', 'hr'),
  'using-safely': onPage('using-safely', 'you', 'ra'),
};

export type Authenticator = (typeof AUTHENTICATORS)[number];

/** How much an authenticator proves: FIDO2 and the iPad reach the highest level, the others the one below it. */
export const ASSURANCE: Readonly<Record<Authenticator, 'AAL3' | 'AAL2'>> = {
  'windows-hello': 'AAL3',
  'security-key': 'AAL3',
  ipad: 'AAL3',
  'microsoft-authenticator': 'AAL2',
  'connected-account': 'AAL2',
  passkey: 'AAL2',
};

const authenticators: ReadonlySet<JourneyName> = new Set(AUTHENTICATORS);
export const isAuthenticator = (journey: JourneyName): journey is Authenticator => authenticators.has(journey);

/** The list of services, in the order in which it is read. Authenticators stand on a page of their own. */
export const JOURNEY_GROUPS = {
  card: ['unlock', 'change-passcode', 'renew', 'lost-card', 'using-safely'],
  details: ['contact-details', 'name-change', 'access-rights'],
  'other-ways': ['other-authenticators'],
  starting: ['getting-a-card', 'leaving'],
} as const satisfies Record<string, readonly JourneyName[]>;
export type JourneyGroup = keyof typeof JOURNEY_GROUPS;
export const GROUPS = ['card', 'details', 'other-ways', 'starting'] as const satisfies readonly JourneyGroup[];
