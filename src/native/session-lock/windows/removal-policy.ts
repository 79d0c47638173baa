import type { SystemRemovalPolicy } from '../../../core/contract/desktop-session.ts';

export const WINLOGON_KEY = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon';
export const LOGON_UI_KEY = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Authentication\\LogonUI';
/** The service that carries the policy out. */
export const REMOVAL_SERVICE = 'SCPolicySvc';

/** Windows' credential providers for smartcards. */
const SMARTCARD_PROVIDERS = new Set([
  '{8FD7E19C-3BF7-489B-A72C-846AB3678C96}',
  '{94596C7E-3744-41CE-893E-BBF09122F76A}',
  '{1EE7337F-85AC-45E2-A23C-37C753209769}',
]);

export type RemovalFacts = {
  /** Winlogon's ScRemoveOption (REG_SZ); null: not set. */
  readonly scRemoveOption: string | null;
  readonly serviceRunning: boolean;
  /** LogonUI's LastLoggedOnProvider: by what the last login on this machine was made; null: not known. */
  readonly lastLogonProvider: string | null;
};

/**
 * What Windows will do when the card is removed ("Interactive logon: Smart card removal behavior"). It acts only if its
 * service runs and the login was made with the card; otherwise the setting does nothing, and standing back for it would
 * leave the screen open.
 */
export function windowsRemovalPolicy(facts: RemovalFacts): SystemRemovalPolicy {
  const { scRemoveOption, serviceRunning, lastLogonProvider } = facts;
  if (!serviceRunning || !SMARTCARD_PROVIDERS.has(lastLogonProvider?.toUpperCase() ?? '')) return 'none';
  switch (scRemoveOption) {
    case null:
    case '0':
      return 'none';
    case '1':
      return 'lock';
    case '2':
      return 'log-off';
    case '3':
      return 'disconnect';
    default:
      return 'unknown';
  }
}
