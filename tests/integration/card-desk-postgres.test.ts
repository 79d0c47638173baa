import { afterAll, beforeAll } from 'vitest';
import { abuseSuite } from '../contract/card-desk/abuse-suite.ts';
import { assistedSuite } from '../contract/card-desk/assisted-suite.ts';
import { atOnceSuite } from '../contract/card-desk/at-once-suite.ts';
import { entitlementSuite } from '../contract/card-desk/entitlement-suite.ts';
import { forgettingSuite } from '../contract/card-desk/forgetting-suite.ts';
import { instancesSuite } from '../contract/card-desk/instances-suite.ts';
import { keepingSuite } from '../contract/card-desk/keeping-suite.ts';
import { leavingSuite } from '../contract/card-desk/leaving-suite.ts';
import { onceSuite } from '../contract/card-desk/once-suite.ts';
import { unlockSuite } from '../contract/card-desk/unlock-suite.ts';
import { onPostgres, Postgres } from '../rig/postgres.ts';

// The suites of the card desk on a real PostgreSQL server. On PGlite: tests/unit/card-desk/pglite.test.ts.
let server: Postgres;
beforeAll(async () => {
  server = await Postgres.start();
});
afterAll(() => server.end());

const POSTGRES = onPostgres(() => server);
unlockSuite(POSTGRES);
assistedSuite(POSTGRES);
keepingSuite(POSTGRES);
forgettingSuite(POSTGRES);
leavingSuite(POSTGRES);
atOnceSuite(POSTGRES);
instancesSuite(POSTGRES);
onceSuite(POSTGRES);
entitlementSuite(POSTGRES);
abuseSuite(POSTGRES);
