/** Which desktop `npm start` puts the window on. Decided from facts alone; what it takes to learn them is in launch.ts. */

export type HostName = 'electron' | 'browser';

export type HostFacts = {
  /** What was asked for by hand (`--host`). */
  readonly wanted: HostName | null;
  /** Whether Electron's npm package is here, which can fetch the program itself. */
  readonly packaged: boolean;
  /** Whether Electron's program is here. */
  readonly binary: boolean;
  /** Why Electron could not show a window here even so; null: nothing is known to speak against it. */
  readonly obstacle: string | null;
  /** Whether this machine's owner has said that nothing is to be fetched (ELECTRON_SKIP_BINARY_DOWNLOAD). */
  readonly mayDownload: boolean;
  /** The last attempt to fetch it, if it failed. Milliseconds since 1970. */
  readonly lastFailure: { readonly at: number; readonly why: string } | null;
  readonly now: number;
};

export type HostDecision =
  | { readonly kind: 'use'; readonly host: HostName; readonly why: string }
  /** Fetch Electron's program first; then {@link decideAfterDownload}. */
  | { readonly kind: 'download' }
  /** Electron was asked for by hand, and cannot be had. */
  | { readonly kind: 'impossible'; readonly why: string };

/** A network that refused is not asked again before this: nobody should wait for it at each start. */
const RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

export function decideHost(facts: HostFacts): HostDecision {
  const { wanted, packaged, binary, obstacle, mayDownload, lastFailure, now } = facts;
  if (wanted === 'browser') return use('browser', 'asked for with --host');
  if (wanted === 'electron') {
    if (binary) return use('electron', 'asked for with --host');
    return packaged ? { kind: 'download' } : { kind: 'impossible', why: NO_PACKAGE };
  }
  if (obstacle !== null) return use('browser', obstacle);
  if (binary) return use('electron', 'its program is here');
  if (!packaged) return use('browser', NO_PACKAGE);
  if (!mayDownload)
    return use('browser', "Electron's program is not here, and ELECTRON_SKIP_BINARY_DOWNLOAD forbids to fetch it");
  if (lastFailure !== null && isRecent(lastFailure.at, now))
    return use(
      'browser',
      `Electron's program could not be fetched the last time (${lastFailure.why}); --host electron tries again`,
    );
  return { kind: 'download' };
}

/** @param failure why it could not be fetched; null: it is here now */
export function decideAfterDownload({ wanted }: Pick<HostFacts, 'wanted'>, failure: string | null): HostDecision {
  if (failure === null) return use('electron', 'its program has just been fetched');
  const why = `Electron's program could not be fetched (${failure})`;
  return wanted === 'electron' ? { kind: 'impossible', why } : use('browser', why);
}

const NO_PACKAGE = "Electron's package is not installed";

function use(host: HostName, why: string): HostDecision {
  return { kind: 'use', host, why };
}

/** A time in the future comes from a clock that was wrong: it proves nothing. */
function isRecent(at: number, now: number): boolean {
  return at <= now && now - at < RETRY_AFTER_MS;
}
