import { startDesktop } from '../rig/logind.ts';
import { runBench } from './bench-run.ts';
import { measureAtRest } from './idle-at-rest.ts';
import { measureGrowth } from './idle-growth.ts';
import { INSPECTABLE } from './live-memory.ts';
import { FAST_POLL_MS } from './removal-behind-floor.ts';
import { Scene } from './scene.ts';
import { ScreenOpener } from './screen-opener.ts';
import { SeededRandom } from './statistics.ts';

/** `npm run bench:idle`: what the agent takes of the machine, at rest and over a long life. */
const DEFAULTS = { seconds: 30, cycles: 2_000, apdus: 20_000, seed: 1 };

await runBench('Idle', DEFAULTS, async (run) => {
  const { settings, undo } = run;
  const desktop = await startDesktop();
  undo(() => desktop.stop());
  const opener = await ScreenOpener.on(desktop);
  undo(() => opener.close());
  const scene = await Scene.set({ pollMs: FAST_POLL_MS, desktop, env: INSPECTABLE }, undo);
  await measureAtRest(run, scene);
  if (settings.cycles > 0) await measureGrowth(run, scene, opener, new SeededRandom(settings.seed));
  if (scene.agent.malformed !== null) run.report.fail(`not a documented line: ${scene.agent.malformed}`);
});
