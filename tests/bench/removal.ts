import { startDesktop } from '../rig/logind.ts';
import { alone, runBench } from './bench-run.ts';
import { measureBehindFloor } from './removal-behind-floor.ts';
import { measureBesidePeers } from './removal-beside-peers.ts';
import { measureToLockedScreen } from './removal-to-locked-screen.ts';
import { ScreenOpener } from './screen-opener.ts';
import { SeededRandom } from './statistics.ts';

/**
 * `npm run bench:removal`: what a removal costs from the pull to the locked screen. Real pcscd, real logind, a real
 * locker; only the card and its reader are virtual.
 */
const DEFAULTS = { pulls: 500, 'peer-pulls': 30, 'locked-pulls': 20, seed: 1 };

await runBench('Removal', DEFAULTS, async (run) => {
  const desktop = await startDesktop();
  run.undo(() => desktop.stop());
  const opener = await ScreenOpener.on(desktop);
  run.undo(() => opener.close());
  const random = new SeededRandom(run.settings.seed);
  // Each part ends what it started before the next begins: they would disturb each other.
  if (run.settings.pulls > 0) await alone(run, (part) => measureBehindFloor(part, desktop, opener, random));
  if (run.settings['peer-pulls'] > 0) await alone(run, (part) => measureBesidePeers(part, desktop, opener, random));
  if (run.settings['locked-pulls'] > 0)
    await alone(run, (part) => measureToLockedScreen(part, desktop, opener, random));
});
