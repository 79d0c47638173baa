import { unlockSuite } from '../../contract/card-desk/unlock-suite.ts';
import { PGLITE } from '../../rig/card-desk.ts';

// The suites of the card desk on PGlite. On a real PostgreSQL server: tests/integration/card-desk-postgres.test.ts.
unlockSuite(PGLITE);
