import type { CardHost } from '../../core/contract/card-host.ts';
import { startCardProcess } from '../../native/card-process/card-process-client.ts';

/** The real card process; the demo brings a virtual one. */
export function startCards(): CardHost {
  return startCardProcess();
}
