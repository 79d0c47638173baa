/** The journeys of the services and help pages, in the order in which they are listed. */
export const JOURNEYS = [
  'unlock',
  'change-passcode',
  'renew',
  'lost-card',
  'contact-details',
  'name-change',
  'access-rights',
  'other-authenticators',
  'windows-hello',
  'security-key',
  'ipad',
  'microsoft-authenticator',
  'connected-account',
  'passkey',
  'getting-a-card',
  'leaving',
  'using-safely',
] as const;
export type JourneyName = (typeof JOURNEYS)[number];

/** The ways to sign in without this card, each with a page of its own below `other-authenticators`. */
export const AUTHENTICATORS = [
  'windows-hello',
  'security-key',
  'ipad',
  'microsoft-authenticator',
  'connected-account',
  'passkey',
] as const satisfies readonly JourneyName[];
