import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A name for this start of the machine, the same for every process until the next start. Never rejects. */
export async function bootId(): Promise<string> {
  try {
    if (process.platform === 'linux') {
      return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim().slice(0, 64);
    }
    if (process.platform === 'darwin') {
      const { stdout } = await run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { timeout: 2_000 });
      if (stdout.trim().length > 0) return stdout.trim().slice(0, 64);
    }
  } catch {
    // The moment of the start serves as well, as long as nobody turns the clock.
  }
  return `started-${Math.round((Date.now() - uptime() * 1000) / 60_000)}`;
}
