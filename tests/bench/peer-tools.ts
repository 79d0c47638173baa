import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monotonicMs } from './clock.ts';
import { openscModule } from './event-managers.ts';

/** A command line program that reads the same card: how others learn what the agent's verdict needs. */
export type PeerTool = {
  readonly name: string;
  /** @returns wall time of the whole command, in milliseconds. @throws Error when it does not succeed */
  run(): Promise<number>;
};

/** @param env must name the service; the tools keep what they remember of cards below its HOME */
export function peerTools(env: NodeJS.ProcessEnv, reader: string): readonly PeerTool[] {
  return [
    { name: 'pkcs11-tool -O', run: () => run(['pkcs11-tool', '--module', openscModule(), '-O'], env) },
    { name: 'yubico-piv-tool -a status', run: () => run(['yubico-piv-tool', '-a', 'status', '-r', reader], env) },
  ];
}

const LIMIT_MS = 30_000;

async function run([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = monotonicMs();
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'exit');
  const tookMs = monotonicMs() - startedAt;
  if (child.exitCode !== 0) throw new Error(`${program} failed (${child.exitCode ?? child.signalCode}): ${said}`);
  return tookMs;
}
