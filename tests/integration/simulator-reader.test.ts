import { execFile } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CardState, padded } from '../../src/simulator/card/card-state.ts';
import { CARD_PROFILES } from '../../src/simulator/card/profiles.ts';
import { issueCardState, TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { CardPlayer, type PlayedReader } from '../../src/simulator/reader/card-player.ts';
import { monotonicMs } from '../../src/simulator/reader/monotonic.ts';
import { type Pcscd, startPcscd } from '../rig/pcscd.ts';

let pcscd: Pcscd;
let player: CardPlayer;
let reader: PlayedReader;
let card: CardState;

beforeAll(async () => {
  [pcscd, player, card] = await Promise.all([startPcscd(), CardPlayer.start(), issueCardState({ keys: 'p256' })]);
  reader = player.reader(pcscd.ports[0]);
});

afterEach(async () => {
  await reader.pull();
  await seen('No');
});

afterAll(async () => {
  await player?.stop();
  await pcscd?.stop();
});

function opensc(...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...pcscd.env };
    execFile('opensc-tool', args, { env }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

/** Asks pcscd, through opensc-tool, until it says so of the first reader; a test that waits in vain times out. */
async function seen(present: 'Yes' | 'No'): Promise<void> {
  while (!new RegExp(`^0 +${present} `, 'm').test(await opensc('--list-readers'))) await reader.apduCount();
}

const SELECT = '00A4040005A000000308';
const WRONG_PIN = '0020008008333333333333FFFF';

/** The status words that come back for these commands, among all that opensc-tool does by itself. */
async function send(...apdus: string[]): Promise<string[]> {
  const said = await opensc(...apdus.flatMap((apdu) => ['--send-apdu', apdu]));
  return [...said.matchAll(/SW1=0x(..), SW2=0x(..)/g)].map(([, sw1, sw2]) => `${sw1}${sw2}`);
}

describe('a card in a virtual reader of a real pcscd', () => {
  it('is there when it is inserted and gone when it is pulled, with the time of either', async () => {
    const before = monotonicMs();
    const poweredAt = await reader.insertAndAwaitPower(card);
    await seen('Yes');
    const pulledAt = await reader.pull();
    const after = monotonicMs();
    await seen('No');
    expect(poweredAt).toBeGreaterThan(before);
    expect(pulledAt).toBeGreaterThan(poweredAt);
    expect(pulledAt).toBeLessThan(after);
  });

  it('answers without the 40 ms of a delayed acknowledgement', async () => {
    await reader.insertAndAwaitPower(card);
    const apdus = Array.from({ length: 200 }, () => '00200080');
    const startedAt = monotonicMs();
    await send(SELECT, ...apdus);
    expect(monotonicMs() - startedAt).toBeLessThan(200 * 10);
    expect(await reader.apduCount()).toBeGreaterThan(200);
  });

  it('answers at a real card’s pace, neither earlier nor much later', async () => {
    await reader.insertAndAwaitPower(card, { paceMs: 15 });
    await reader.clearLog();
    await send(SELECT, ...Array.from({ length: 40 }, () => '00200080'));
    const durations = (await reader.log()).map(({ durationMs }) => durationMs ?? Number.NaN).toSorted((a, b) => a - b);
    expect(durations[0]).toBeGreaterThanOrEqual(15);
    expect(durations[Math.floor(durations.length / 2)]).toBeLessThan(16);
  });

  it('is another card after a swap', async () => {
    await reader.insertAndAwaitPower(card);
    await seen('Yes');
    await reader.swap(await issueCardState({ keys: 'p256', profile: 'applet-p' }));
    const atr = CARD_PROFILES['applet-p'].atr.replaceAll(/(..)(?=.)/g, '$1:');
    while (!(await opensc('--atr')).includes(atr)) await reader.apduCount();
  });

  it('is in the reader again when pcscd was killed and comes back', async () => {
    await reader.insertAndAwaitPower(card);
    await seen('Yes');
    await pcscd.kill();
    await pcscd.restart();
    await seen('Yes');
    expect((await send(SELECT)).at(-1)).toBe('9000');
  });

  it('keeps its counters over pull and insertion, when it is given back as it was', async () => {
    await reader.insertAndAwaitPower(card);
    await send(SELECT, WRONG_PIN);
    const asItWas = await reader.snapshot();
    if (asItWas === null) throw new Error('no card');
    await reader.pull();
    await seen('No');
    await reader.insertAndAwaitPower(asItWas);
    expect((await send(SELECT, '00200080')).at(-1)).toBe('63C2');
  });
});

describe('faults', () => {
  it('pull the card after a command that it has carried out', async () => {
    await reader.insertAndAwaitPower(card, { faults: [{ kind: 'cut', when: 'after', at: { ins: 0x24 } }] });
    const cut = reader.cut();
    const change = `0024008010${padded(TEST_PIN)}${padded('135790')}`;
    const said = opensc('--send-apdu', SELECT, '--send-apdu', change);
    expect(await cut).toBeGreaterThan(0);
    expect(await said).toMatch(/APDU transmit failed|Transmit failed|removed/i);
    await seen('No');
  });

  it('make a card mute to pcscd: present, without an answer to reset', async () => {
    const before = await reader.apduCount();
    await reader.insertAndAwaitPower(card, { faults: [{ kind: 'no-atr' }] });
    await seen('Yes');
    expect(pcscd.log()).toContain('Error powering up card');
    expect((await opensc('--atr')).trim()).not.toMatch(/^3b/m);
    expect(await reader.apduCount()).toBe(before);
  });

  it('hold an answer back until it is released', async () => {
    await reader.insertAndAwaitPower(card, { faults: [{ kind: 'stall', at: { ins: 0x20 } }] });
    await reader.clearLog();
    const words = send(SELECT, '00200080');
    while (!(await reader.log()).some(({ ins }) => ins === 0x20)) await reader.apduCount();
    expect((await reader.log()).at(-1)?.statusWord).toBeNull();
    await reader.release();
    expect((await words).at(-1)).toBe('63C3');
  });

  it('answer with a status of their own', async () => {
    await reader.insertAndAwaitPower(card, {
      faults: [{ kind: 'status', statusWord: 0x6f00, at: { ins: 0x20 }, times: 'always' }],
    });
    expect((await send(SELECT, '00200080')).at(-1)).toBe('6F00');
    await reader.disarm();
    expect((await send(SELECT, '00200080')).at(-1)).toBe('63C3');
  });
});
