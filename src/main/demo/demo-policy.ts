import { ORGANISATION_PAGES } from '../../core/agent/policy-names.ts';

/** Files with the certificates of the demo's authority. */
export type DemoTrust = { readonly anchor: string; readonly intermediate: string };

/**
 * The organisation of the demo: pages that lead nowhere, people that do not exist.
 * @param graceSeconds for a pulled card
 * @param desk where its card desk is; null: it has none, and unlocks on its page
 */
export function demoPolicy(
  graceSeconds: number,
  { anchor, intermediate }: DemoTrust,
  desk: string | null = null,
): object {
  return {
    ...(desk === null ? {} : { desk: { mode: 'in-app', address: desk, loopback: true, proxy: 'none' } }),
    removal: { 'card-pulled': { graceSeconds }, unattended: { action: 'lock' } },
    unattended: { remindAfterSeconds: 120, actAfterSeconds: 30 },
    certificates: {
      issuers: ['Wardkey Test Authentication'],
      anchors: [anchor],
      intermediates: [intermediate],
    },
    // Its revocation lists come from this computer.
    revocation: { loopback: true, proxy: 'none' },
    organisation: {
      name: 'Demonstration Hospital',
      pages: Object.fromEntries(ORGANISATION_PAGES.map((page) => [page, `https://example.org/smartcards/${page}`])),
      contacts: {
        ra: {
          name: 'Registration Authority',
          phone: '01632 960 123',
          email: 'ra@example.org',
          hours: 'Monday to Friday, 8 am to 5 pm',
          place: 'Level 2, room 14',
        },
        it: { name: 'IT service desk', phone: '01632 960 199', email: 'it@example.org', hours: 'Day and night' },
        hr: { name: 'Human resources', phone: '01632 960 150', email: 'hr@example.org' },
      },
    },
  };
}
