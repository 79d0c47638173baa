import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compile } from '../rig/compile.ts';

/** What OpenSSL took in one process; milliseconds of each round. See pki-floor.c. */
export type PkiFloor = {
  readonly leaves: number;
  readonly crlEntries: number;
  /** All leaves, with issuers that were read before. */
  readonly readyMs: readonly number[];
  /** All leaves, with issuers read from their DER again for each. */
  readonly anewMs: readonly number[];
  /** The CRL read and verified, and two serial numbers looked up. */
  readonly crlMs: readonly number[];
};

/**
 * Runs the C program, which needs OpenSSL's headers (Debian: libssl-dev).
 * @param folder as writeBenchChains writes it. @param at milliseconds since 1970
 * @throws Error when OpenSSL does not accept a chain or the CRL
 */
export async function runPkiFloor(folder: string, rounds: number, at: number): Promise<PkiFloor> {
  const program = compile('../bench/pki-floor.c', [], ['-lcrypto']);
  const { stdout } = await promisify(execFile)(program, [folder, String(rounds), String(at / 1_000)]);
  const told: PkiFloor = JSON.parse(stdout);
  return told;
}
