import { bundle } from '../../build/bundle.ts';

/** Once before the integration tests, so that they meet the program as it ships. */
export default bundle;
