import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SCHEMA = 'org.gnome.settings-daemon.peripherals.smartcard';

export type GnomeSettings = {
  readonly GSETTINGS_SCHEMA_DIR: string;
  readonly XDG_CONFIG_HOME: string;
  readonly HOME: string;
} & {
  readonly GSETTINGS_BACKEND: string;
};

/**
 * GNOME's own settings schema for card removal (its name, enumeration and default), compiled for the real `gsettings` with
 * a settings file of its own: gnome-settings-daemon would bring a whole desktop. Needs libglib2.0-bin.
 */
export function compileSchema(folder: string): GnomeSettings {
  const schemas = join(folder, 'schemas');
  mkdirSync(schemas);
  writeFileSync(
    join(schemas, `${SCHEMA}.gschema.xml`),
    `<schemalist>
  <enum id="${SCHEMA}.removal-action">
    <value nick="none" value="0"/><value nick="lock-screen" value="1"/><value nick="force-logout" value="2"/>
  </enum>
  <schema id="${SCHEMA}" path="/org/gnome/settings-daemon/peripherals/smartcard/">
    <key name="removal-action" enum="${SCHEMA}.removal-action"><default>'none'</default></key>
  </schema>
</schemalist>`,
  );
  execFileSync('glib-compile-schemas', [schemas]);
  return { GSETTINGS_SCHEMA_DIR: schemas, GSETTINGS_BACKEND: 'keyfile', XDG_CONFIG_HOME: folder, HOME: folder };
}

export function setRemovalAction(settings: GnomeSettings, action: 'none' | 'lock-screen' | 'force-logout'): void {
  execFileSync('gsettings', ['set', SCHEMA, 'removal-action', action], { env: { ...process.env, ...settings } });
}
