import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { spawnInUtility } from '../../src/main/host/electron/card-process-utility.ts';
import { startCardProcess } from '../../src/native/card-process/card-process-client.ts';
import { ElectronStandIn, type UtilityProcessStandIn } from './electron-stand-in.ts';

// The card process behind Electron's utility process, on its stand-in: the supervisor is the real one.

const LOST = { ok: false, failure: { code: 'card-process-lost' } };

function start(entry = '/opt/wardkey/resources/app.asar/out/card-process.js') {
  const { utilityProcess } = new ElectronStandIn();
  const ended: number[] = [];
  const client = startCardProcess({
    entry: pathToFileURL(entry),
    env: { LANG: 'cy_GB', EMPTY: undefined },
    spawn: spawnInUtility(utilityProcess, (pid) => ended.push(pid)),
  });
  const messages: unknown[] = [];
  const lost: string[] = [];
  client.onMessage((message) => messages.push(message));
  client.onLost((reason) => lost.push(reason));
  const child = (index = 0): UtilityProcessStandIn => {
    const found = utilityProcess.forked[index];
    if (found === undefined) throw new Error(`there is no process ${index}`);
    return found;
  };
  /** Ends what is left of it without waiting. */
  const end = async () => {
    const stopped = client.stop();
    utilityProcess.forked.at(-1)?.emit('exit', 0);
    await stopped;
  };
  return { client, child, messages, lost, ended, end };
}

describe('a card process in a utility process', () => {
  test('is forked from beside the archive, with no more of the environment than there is', async () => {
    const { child, end } = start();
    expect(child().modulePath).toBe(resolve('/opt/wardkey/resources/app.asar.unpacked/out/card-process.js'));
    expect(child().args).toEqual(['--operation-limit-ms=15000', '--wait-ms=3000']);
    expect(child().options).toMatchObject({ env: { LANG: 'cy_GB' }, stdio: ['ignore', 'ignore', 'pipe'] });
    expect(child().options.execArgv).toBeUndefined();
    await end();
  });

  test('is forked from where it is when there is no archive', async () => {
    const { child, end } = start('/home/ada/wardkey/out/card-process.js');
    expect(child().modulePath).toBe(resolve('/home/ada/wardkey/out/card-process.js'));
    await end();
  });

  test('is believed only what the schema of its messages accepts', async () => {
    const { child, messages, ended, lost, end } = start();
    child().emit('message', { type: 'readers', readers: ['A'], at: 1 });
    expect(messages).toEqual([{ type: 'readers', readers: ['A'], at: 1 }]);
    for (let times = 0; times < 3; times++) child().emit('message', { type: 'readers', readers: 'x'.repeat(1000) });
    expect(ended).toEqual([4711]);
    expect(lost).toEqual(['crashed']);
    await end();
  });

  test('gets orders whose secrets are then overwritten here', async () => {
    const { client, child, end } = start();
    const pin = Uint8Array.of(49, 50, 51, 52);
    const answer = client.request('A', 'stay-1', { kind: 'verify', pin, lastTry: 'refuse' });
    expect(pin).toEqual(new Uint8Array(4));
    expect(child().posted).toMatchObject([{ operation: { pin: Uint8Array.of(49, 50, 51, 52) } }]);
    child().emit('exit', 1);
    expect(await answer).toEqual(LOST);
    await end();
  });

  test('that ends is told with what it complained of, and gets no orders any more', async () => {
    const { client, child, messages, end } = start();
    child().stderr.emit('data', new TextEncoder().encode('out of memory\n'));
    child().emit('exit', 134);
    expect(messages).toEqual([
      { type: 'log', level: 'error', message: expect.stringContaining('exit code 134: out of memory') },
    ]);
    client.resumed();
    expect(child().posted).toEqual([]);
    await end();
  });

  test('that was never born is asked politely, having no number', async () => {
    const { child, ended, end } = start();
    child().pid = undefined;
    for (let times = 0; times < 3; times++) child().emit('message', 'nonsense');
    expect(child().killed).toBe(true);
    expect(ended).toEqual([]);
    await end();
  });

  test("is neither spoken to nor ended after its end: its number may be somebody else's by then", () => {
    const { utilityProcess } = new ElectronStandIn();
    const ended: number[] = [];
    const spawn = spawnInUtility(utilityProcess, (pid) => ended.push(pid));
    const child = spawn({ entry: pathToFileURL('/opt/card-process.js'), arguments: [], env: {} });
    const exits: string[] = [];
    child.onExit((how) => exits.push(how));
    utilityProcess.forked[0]?.emit('exit', 0);
    child.send({ type: 'resumed' });
    child.kill();
    expect(exits).toEqual(['exit code 0']);
    expect(utilityProcess.forked[0]?.posted).toEqual([]);
    expect(ended).toEqual([]);
  });
});
