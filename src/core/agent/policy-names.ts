/** The words of the policy that other parts know too; policy.ts has the schema, which the window has no use for. */

export const REMOVAL_ACTIONS = ['lock', 'log-off', 'disconnect', 'close-apps', 'command', 'nothing'] as const;
export type RemovalAction = (typeof REMOVAL_ACTIONS)[number];

/** Why an active card is gone: docs/architecture.md, "Removal is cause-aware". */
export const REMOVAL_CAUSES = [
  'card-pulled',
  'reader-unplugged',
  'service-stopped',
  'card-process-lost',
  'resume',
  'remote-reader-dropped',
  'unattended',
] as const;
export type RemovalCause = (typeof REMOVAL_CAUSES)[number];

/** The organisation's own web pages that the window can open, one for each journey that ends on the web. */
export const ORGANISATION_PAGES = [
  'unlock',
  'renew',
  'change-passcode',
  'contact-details',
  'lost-card',
  'name-change',
  'access-rights',
  'getting-a-card',
  'leaving',
  'using-safely',
  'windows-hello',
  'security-key',
  'ipad',
  'microsoft-authenticator',
  'connected-account',
  'passkey',
  'help',
] as const;
export type OrganisationPage = (typeof ORGANISATION_PAGES)[number];

/** The people whom the window names when a person has to help. */
export const CONTACTS = ['ra', 'it', 'hr'] as const;
export type ContactName = (typeof CONTACTS)[number];
