import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { parsePolicy } from '../../src/core/agent/policy.ts';
import { CertificateService } from '../../src/main/certificates/certificate-service.ts';

/**
 * A process of its own, in which nothing runs but the certificate service: how long does its event loop stand still while a
 * certificate is judged, by lists from the network first and from disk then, and while nothing happens at all?
 * Arguments: policy file, certificate file (DER), rounds. Prints one line of JSON a round, in milliseconds.
 */

const [policyFile = '', certificateFile = '', rounds = '1'] = process.argv.slice(2);
const parsed = parsePolicy(readFileSync(policyFile, 'utf8'));
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { policy } = parsed;
const der = Uint8Array.from(readFileSync(certificateFile));

async function judged(stateFolder: string): Promise<string> {
  const ignored = () => undefined;
  const service = new CertificateService({ policy, stateFolder, onProblem: ignored, onStoreProblem: ignored });
  const { verdict } = await service.judge({ der, slot: '9A', others: [] });
  await service.stop();
  return `${verdict.verdict} ${verdict.revocation.state}`;
}

async function delayOf<Value>(work: () => Promise<Value>) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const begin = performance.now();
  delay.enable();
  const value = await work();
  // The histogram hears of a pause when it is over.
  await setTimeout(10);
  delay.disable();
  return { value, max: delay.max / 1e6, took: performance.now() - begin };
}

for (let round = 0; round < Number(rounds); round++) {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-delay-'));
  const fetched = await delayOf(() => judged(folder));
  const restored = await delayOf(() => judged(folder));
  rmSync(folder, { recursive: true });
  const idle = await delayOf(() => setTimeout(fetched.took));
  process.stdout.write(`${JSON.stringify({ fetched, restored, idle })}\n`);
}
