import { beforeAll } from 'vitest';
import { abuseSuite } from '../../contract/card-desk/abuse-suite.ts';
import { assistedSuite } from '../../contract/card-desk/assisted-suite.ts';
import { entitlementSuite } from '../../contract/card-desk/entitlement-suite.ts';
import { forgettingSuite } from '../../contract/card-desk/forgetting-suite.ts';
import { instancesSuite } from '../../contract/card-desk/instances-suite.ts';
import { keepingSuite } from '../../contract/card-desk/keeping-suite.ts';
import { leavingSuite } from '../../contract/card-desk/leaving-suite.ts';
import { onceSuite } from '../../contract/card-desk/once-suite.ts';
import { unlockSuite } from '../../contract/card-desk/unlock-suite.ts';
import { PGLITE } from '../../rig/card-desk.ts';

// The suites of the card desk on PGlite. On a real PostgreSQL server: tests/integration/card-desk-postgres.test.ts.
beforeAll(() => PGLITE.fresh(), 120_000);
unlockSuite(PGLITE);
assistedSuite(PGLITE);
keepingSuite(PGLITE);
forgettingSuite(PGLITE);
leavingSuite(PGLITE);
instancesSuite(PGLITE);
onceSuite(PGLITE);
entitlementSuite(PGLITE);
abuseSuite(PGLITE);
