import { about } from './about.ts';
import { alerts } from './alerts.ts';
import { common } from './common.ts';
import { demo } from './demo.ts';
import { desktop } from './desktop.ts';
import { diagnostics } from './diagnostics.ts';
import { failures } from './failures.ts';
import { introduction } from './introduction.ts';
import { panel } from './panel.ts';
import { passcode } from './passcode.ts';
import { removal } from './removal.ts';
import { services } from './services.ts';
import { settings } from './settings.ts';

/** What the window needs for its first page. The rest comes with the pages that say it. */
export const first = {
  about,
  alerts,
  common,
  demo,
  desktop,
  diagnostics,
  failures,
  introduction,
  panel,
  passcode,
  removal,
  services,
  settings,
} as const;
