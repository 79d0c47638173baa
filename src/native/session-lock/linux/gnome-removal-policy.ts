import type { SystemRemovalPolicy } from '../../../core/contract/desktop-session.ts';
import { findProgram, runCommand } from '../command.ts';

const SCHEMA = 'org.gnome.settings-daemon.peripherals.smartcard';
const PLUGIN = 'org.gnome.SettingsDaemon.Smartcard';
const GSETTINGS_LIMIT_MS = 2_000;

/**
 * What GNOME's settings daemon will do when the login card is removed. Its smartcard plugin acts only while it runs, and
 * only for the token that the user logged in with (it compares PKCS11_LOGIN_TOKEN_NAME, which pam_pkcs11 and SSSD set). A
 * setting without these two does nothing, and standing back for it would leave the screen open: that counts as 'none'.
 */
export async function gnomeRemovalPolicy(
  env: NodeJS.ProcessEnv,
  isOwned: (name: string) => Promise<boolean>,
): Promise<SystemRemovalPolicy> {
  if (!env.PKCS11_LOGIN_TOKEN_NAME || !(await isOwned(PLUGIN))) return 'none';
  const gsettings = findProgram('gsettings', env);
  if (gsettings === null) return 'unknown';
  const { done, output } = await runCommand([gsettings, 'get', SCHEMA, 'removal-action'], {
    limitMs: GSETTINGS_LIMIT_MS,
    env,
    outputLimit: 100,
  });
  if (!done) return 'unknown';
  switch (output.trim()) {
    case "'none'":
      return 'none';
    case "'lock-screen'":
      return 'lock';
    case "'force-logout'":
      return 'log-off';
    default:
      return 'unknown';
  }
}
