import { alone, runBench } from './bench-run.ts';
import { measureJourneys } from './desk-journeys.ts';
import { measureLookUps } from './desk-look-ups.ts';

/**
 * `npm run bench:desk`: complete unlocks a second and how long each takes, by desks as they are run (1, 2 and 4 on one
 * PostgreSQL, and one on PGlite) with a real SMTP server; then how long it takes to find a card or a person among a million.
 */
const DEFAULTS = { journeys: 200, clients: 12, cards: 1_000_000, lookUps: 100 };

await runBench('Card desk', DEFAULTS, async (run) => {
  for (const instances of [1, 2, 4]) await alone(run, (part) => measureJourneys(part, { on: 'PostgreSQL', instances }));
  await alone(run, (part) => measureJourneys(part, { on: 'PGlite', instances: 1 }));
  await alone(run, measureLookUps);
});
