import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/simulator/card/command-apdu.ts';
import { type CardOrder, issueCard } from '../../src/simulator/pki/issue-card.ts';
import { element, Terminal } from './simulator-terminal.ts';

const GET_CHUID = '00cb3fff055c035fc102';
const GET_9A = '00cb3fff055c035fc105';

describe('a command APDU', () => {
  it.each([
    ['case 1', '00200080', { data: '', ne: null, extended: false }],
    ['case 2 short', '0020008000', { data: '', ne: 256, extended: false }],
    ['case 3 short', '00200080020102', { data: '0102', ne: null, extended: false }],
    ['case 4 short', '0020008002010205', { data: '0102', ne: 5, extended: false }],
    ['case 2 extended', '00200080000000', { data: '', ne: 65_536, extended: true }],
    ['case 3 extended', '002000800000020102', { data: '0102', ne: null, extended: true }],
    ['case 4 extended', '0020008000000201020100', { data: '0102', ne: 256, extended: true }],
  ])('is read in %s', (_case, hex, expected) => {
    const { data, ne, extended } = parseCommand(Buffer.from(hex, 'hex')) ?? { data: new Uint8Array() };
    expect({ data: Buffer.from(data).toString('hex'), ne, extended }).toEqual(expected);
  });

  it.each([
    ['empty', ''],
    ['half a header', '002000'],
    ['shorter than Lc', '002000800301'],
    ['longer than Lc and Le', '0020008001020304'],
    ['cut in an extended length', '002000800000'],
    ['extended with Lc zero', '0020008000000001'],
    ['extended with half an Le', '0020008000000101ff'],
  ])('is refused when it is %s', (_flaw, hex) => {
    expect(parseCommand(Buffer.from(hex, 'hex'))).toBeNull();
  });
});

describe('a card', () => {
  let terminal: Terminal;

  async function insert(order: CardOrder = {}): Promise<void> {
    terminal = new Terminal(await issueCard({ keys: 'p256', chuidSignatureBytes: 900, ...order }));
  }

  beforeEach(() => insert());

  it('sends a long answer in parts by 61xx and GET RESPONSE', () => {
    const first = terminal.raw(`${GET_CHUID}00`);
    expect(first.sw).toBe('6100');
    expect(first.data).toHaveLength(256);
    const second = terminal.raw('00c0000000');
    expect(second.sw).toBe('6100');
    const third = terminal.raw('00c0000000');
    const fourth = terminal.raw(`00c00000${third.sw.slice(2)}`);
    expect(fourth.sw).toBe('9000');
    const whole = Buffer.concat([first, second, third, fourth].map(({ data }) => data));
    expect(element(element(whole, 0x53), 0x3e)).toHaveLength(900);
    expect(terminal.sw('00c0000000')).toBe('6985');
  });

  it('forgets the rest of an answer as soon as another command comes', () => {
    expect(terminal.sw(`${GET_CHUID}00`)).toBe('6100');
    terminal.pinStatus();
    expect(terminal.sw('00c0000000')).toBe('6985');
  });

  it('sends no more than Le asks for', () => {
    const { sw, data } = terminal.raw(`${GET_9A}08`);
    expect(data).toHaveLength(8);
    expect(sw).toMatch(/^61/);
  });

  it('answers a short Le with 6Cxx and the right length where it is of that kind', async () => {
    await insert({ traits: { shortLe: '6Cxx' }, chuidSignatureBytes: 0 });
    expect(terminal.raw(`${GET_CHUID}08`)).toMatchObject({ sw: '6C3D', data: Buffer.alloc(0) });
    expect(terminal.raw(`${GET_CHUID}3d`)).toMatchObject({ sw: '9000' });
  });

  it('signs once, not twice, when 6Cxx makes the terminal repeat itself', async () => {
    await insert({ profile: 'applet-o', traits: { shortLe: '6Cxx' } });
    terminal.select();
    terminal.verify();
    const command = `0087119c 26 7c248200 8120${'07'.repeat(32)}`;
    const { sw } = terminal.raw(`${command}04`);
    expect(sw).toMatch(/^6C/);
    expect(terminal.sw(`${command}${sw.slice(2)}`)).toBe('9000');
    expect(terminal.sw(`${command}00`)).toBe('6982');
  });

  it('sends everything at once to a terminal with extended length', () => {
    const { sw, data } = terminal.raw('00cb3fff 000005 5c035fc102 0000');
    expect(sw).toBe('9000');
    expect(data.length).toBeGreaterThan(900);
  });

  it('refuses extended length with 6700 where it knows only short', async () => {
    await insert({ traits: { extendedLength: false } });
    expect(terminal.sw('00cb3fff 000005 5c035fc102 0000')).toBe('6700');
    expect(terminal.sw(`${GET_CHUID}00`)).toBe('6100');
  });

  it('takes a chained command whole', () => {
    expect(terminal.authenticateAdmin()).toBe('9000');
    const content = randomBytes(3000);
    expect(terminal.putData('5fc105', content).sw).toBe('9000');
    expect(element(terminal.getData('5fc105').data, 0x53)).toEqual(content);
  });

  it('takes an extended command whole', () => {
    terminal.authenticateAdmin();
    const content = randomBytes(600).toString('hex');
    expect(terminal.sw(`00db3fff 000261 5c035fc105 53820258${content}`)).toBe('9000');
    expect(terminal.getData('5fc105').data.subarray(4).toString('hex')).toBe(content);
  });

  it('drops a chain that another command breaks, and one that a reset breaks', () => {
    terminal.authenticateAdmin();
    const before = terminal.getData('5fc105').data;
    const chained = `10db3fff 10 5c035fc105 53820100${'00'.repeat(7)}`;
    expect(terminal.sw(chained)).toBe('9000');
    terminal.pinStatus();
    expect(terminal.sw('00db3fff 02 0000')).toBe('6A80');
    expect(terminal.sw(chained)).toBe('9000');
    terminal.card.reset();
    expect(terminal.getData('5fc105').data).toEqual(before);
  });

  it('collects no more than 64 kB of a chain', () => {
    terminal.authenticateAdmin();
    const link = `10db3fff ff ${'00'.repeat(255)}`;
    const words = Array.from({ length: 258 }, () => terminal.sw(link));
    expect(words.slice(0, 257)).not.toContain('6700');
    expect(words.at(-1)).toBe('6700');
  });

  it('refuses what it cannot read: 6700 for lengths, 6E00 for classes, 6D00 for instructions', () => {
    expect(terminal.sw('00')).toBe('6700');
    expect(terminal.sw('0020008005 01')).toBe('6700');
    expect(terminal.sw('80200080')).toBe('6E00');
    expect(terminal.sw('00fd000000')).toBe('6D00');
    expect(terminal.sw('00f8000000')).toBe('6D00');
    expect(terminal.sw('00f99a0000')).toBe('6D00');
  });

  it('answers nothing without power', () => {
    terminal.card.powerOff();
    expect(() => terminal.pinStatus()).toThrow('no power');
  });

  it.each([
    ['the whole identifier', '0b a000000308000010000100'],
    ['the identifier without version', '09 a00000030800001000'],
    ['the provider alone', '05 a000000308'],
  ])('is selected by %s', async (_name, aid) => {
    await insert({ profile: 'applet-p' });
    const { sw, data } = terminal.raw(`00a40400 ${aid} 00`);
    expect(sw).toBe('9000');
    expect(element(element(data, 0x61), 0x4f).toString('hex')).toBe('000010000100');
  });

  it.each(['04 a0000003', '0c a00000030800001000010000', '05 a000000309', '00'])(
    'is not selected by %s',
    async (aid) => {
      await insert({ profile: 'applet-p' });
      expect(terminal.sw(`00a40400 ${aid}`)).toBe('6A82');
      expect(terminal.pinStatus()).toBe('6986');
    },
  );
});
