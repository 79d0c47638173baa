import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CardProcessChild } from '../../src/native/card-process/card-process-child.ts';
import { spawnCardProcess } from '../../src/native/card-process/card-process-child.ts';
import { startCardProcess } from '../../src/native/card-process/card-process-client.ts';
import { isRunning } from '../rig/card-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardkey-channel-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A card process that was taken over: it does as it is told with the pipe, which is its descriptor 3. */
function hijacked(program: string): URL {
  const file = join(folder, 'card-process.mjs');
  writeFileSync(file, `import { closeSync, writeSync } from 'node:fs';\nsetInterval(() => {}, 1000);\n${program}\n`);
  return pathToFileURL(file);
}

const bytes = (hex: string) => `writeSync(3, Buffer.from('${hex}', 'hex'));`;

describe('a card process that', () => {
  test.each([
    ['writes a frame that holds no message', bytes('00000004deadbeef')],
    ['writes no frames at all', bytes(Buffer.from('{"cmd":"NODE_HANDLE"}\n').toString('hex'))],
    ['announces a message of 4 GB', bytes('ffffffff')],
    ['closes the pipe and lives on', 'closeSync(3);'],
  ])('%s is killed, counts as crashed, and is started again', async (_, program) => {
    const children: CardProcessChild[] = [];
    const client = startCardProcess({
      entry: hijacked(program),
      spawn: (options) => {
        const child = spawnCardProcess(options);
        children.push(child);
        return child;
      },
    });
    const lost = await new Promise((resolve) => client.onLost(resolve));
    expect(lost).toBe('crashed');
    await expect.poll(() => children.length, { timeout: 5000 }).toBeGreaterThan(1);
    const first = children[0]?.pid ?? 0;
    await expect.poll(() => isRunning(first), { timeout: 5000 }).toBe(false);
    await client.stop();
  });

  test('floods the pipe after such an announcement does not grow the agent', async () => {
    const client = startCardProcess({
      entry: hijacked(`${bytes('ffffffff')} const flood = Buffer.alloc(1 << 20); for (;;) writeSync(3, flood);`),
    });
    const before = process.memoryUsage.rss();
    await new Promise((resolve) => client.onLost(resolve));
    expect(process.memoryUsage.rss() - before).toBeLessThan(32 * 1024 * 1024);
    await client.stop();
  });

  test('cannot be started counts as crashed, and its why is told', async () => {
    const client = startCardProcess({ entry: pathToFileURL(join(folder, 'nowhere.js')) });
    const logged = new Promise<string>((resolve) =>
      client.onMessage((message) => (message.type === 'log' ? resolve(message.message) : undefined)),
    );
    expect(await logged).toMatch(/exit code 1.*MODULE_NOT_FOUND/s);
    await client.stop();
  });
});

const source = (name: string) => JSON.stringify(new URL(`../../src/native/card-process/${name}`, import.meta.url).href);

test('a passcode that went through the channel is nowhere in the memory of either side', async () => {
  // Both sides in one process, so that one look finds all. What is looked for is never there in one piece while looking.
  const program = `
    import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
    import { randomFillSync } from 'node:crypto';
    import { execFileSync } from 'node:child_process';
    import { Socket } from 'node:net';
    import { FramedChannel } from ${source('framed-channel.ts')};
    import { memoryOfSecrets, overwriteSecrets, takeSecrets } from ${source('secrets.ts')};

    const [mask, hidden] = [0, 1].map(() => randomFillSync(new Uint8Array(new ArrayBuffer(48))));
    const at = (index) => mask[index] ^ hidden[index];
    const secret = (memory) => { for (let i = 0; i < 48; i++) memory[i] = at(i); return memory; };

    function found() {
      let count = 0;
      const memory = openSync('/proc/self/mem', 'r');
      const chunk = Buffer.alloc(1 << 20);
      for (const line of readFileSync('/proc/self/maps', 'utf8').split('\\n')) {
        const range = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
        if (range === null || line.includes('[v')) continue;
        const end = Number.parseInt(range[2], 16);
        for (let from = Number.parseInt(range[1], 16); from < end; from += chunk.length - 64) {
          let read = 0;
          try { read = readSync(memory, chunk, 0, Math.min(chunk.length, end - from), from); } catch { break; }
          for (let i = chunk.indexOf(at(0)); i >= 0 && i + 24 <= read; i = chunk.indexOf(at(0), i + 1)) {
            let same = 1;
            while (same < 24 && chunk[i + same] === at(same)) same++;
            if (same === 24) count++;
          }
          chunk.fill(0);
        }
      }
      closeSync(memory);
      return count;
    }

    execFileSync('mkfifo', [process.argv[1]]);
    const child = FramedChannel.open(openSync(process.argv[1], 'r+'), { overwriteReceived: true });
    const socket = new Socket({ fd: openSync(process.argv[1], 'w'), readable: false, writable: true });
    const agent = FramedChannel.over(socket, { overwriteReceived: false });
    const arrived = new Promise((resolve) => child.onMessage((order) => resolve(takeSecrets(order.operation))));
    const typed = secret(new Uint8Array(new ArrayBuffer(48)));
    // What follows the passcode makes a serialiser's memory grow when it is in there already.
    const newPin = new Uint8Array(new ArrayBuffer(64));
    const taken = takeSecrets({ kind: 'change', pin: typed, newPin, cardId: 'a'.repeat(64), lastTry: 'refuse' });
    agent.send({ type: 'operate', id: 1, reader: 'A', insertion: '1', operation: taken });
    overwriteSecrets(taken);
    const operation = await arrived;
    const memory = memoryOfSecrets(operation);
    const moved = structuredClone(operation, { transfer: memory });
    const during = found();
    overwriteSecrets(moved);
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.stdout.write(JSON.stringify({ during, after: found(), typed: typed.every((byte) => byte === 0) }));
    process.exit(0);
  `;
  const looker = spawn(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', program, join(folder, 'pipe')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const chunks: Buffer[] = [];
  looker.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(looker, 'close');
  expect(JSON.parse(Buffer.concat(chunks).toString('utf8'))).toEqual({ during: 1, after: 0, typed: true });
});
