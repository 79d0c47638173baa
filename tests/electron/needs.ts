import { bundle } from '../../build/bundle.ts';
import { ELECTRON_PROGRAM, JOURNEYS_PROGRAM, PACKAGED_PROGRAM } from './programs.ts';

/** What cannot be tried here is a failure, said plainly: it must not look like a test that passed. */
export default async function needs(): Promise<void> {
  if (ELECTRON_PROGRAM === null)
    throw new Error(
      "Nothing was tested: Electron's program is not on this machine. Fetch it with: npx --no install-electron",
    );
  if (PACKAGED_PROGRAM === null && process.env.CI !== undefined)
    throw new Error(
      'Nothing was tested: no package for this system is in release/. Make one with: npx electron-builder',
    );
  if (PACKAGED_PROGRAM === null)
    process.stdout.write('No package for this system is in release/: only the program of the build is tested.\n');
  if (JOURNEYS_PROGRAM === null && process.env.CI !== undefined)
    throw new Error(
      'Nothing was tested: no package to play the journeys on is in release-journeys/. How to make one: docs/testing.md',
    );
  if (JOURNEYS_PROGRAM === null)
    process.stdout.write('No package is in release-journeys/: the journeys run on the build alone.\n');
  await bundle();
}
