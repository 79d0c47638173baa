import { about } from './about.ts';
import { alerts } from './alerts.ts';
import { common } from './common.ts';
import { demo } from './demo.ts';
import { desktop } from './desktop.ts';
import { diagnostics } from './diagnostics.ts';
import { failures } from './failures.ts';
import { introduction } from './introduction.ts';
import { journeys } from './journeys.ts';
import { panel } from './panel.ts';
import { passcode } from './passcode.ts';
import { removal } from './removal.ts';
import { services } from './services.ts';
import { settings } from './settings.ts';

export const en = {
  about,
  alerts,
  common,
  demo,
  desktop,
  diagnostics,
  failures,
  introduction,
  journeys,
  panel,
  passcode,
  removal,
  services,
  settings,
} as const;
