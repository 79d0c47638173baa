import { describe, expect, it } from 'vitest';
import { hostileObject } from '../../src/simulator/card/garbage.ts';
import { VirtualPivCard } from '../../src/simulator/card/piv-card.ts';
import { issueCard, issueCardState, TEST_PIN, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { element, Terminal } from './simulator-terminal.ts';

const GUID = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

describe('the objects of a card', () => {
  it('are those that SP 800-73 wants, and no security object', async () => {
    const validity = { notBefore: new Date('2026-02-01'), notAfter: new Date('2029-01-31') };
    const terminal = new Terminal(await issueCard({ keys: 'p256', guid: GUID, validity }));
    const chuid = element(terminal.getData('5fc102').data, 0x53);
    expect(element(chuid, 0x30)).toHaveLength(25);
    expect(element(chuid, 0x34)).toEqual(GUID);
    expect(element(chuid, 0x35).toString()).toBe('20290131');
    expect(element(element(terminal.getData('5fc107').data, 0x53), 0xf0)).toHaveLength(21);
    const discovery = element(terminal.getData('7e').data, 0x7e);
    expect(element(discovery, 0x4f).toString('hex')).toBe('a000000308000010000100');
    expect(element(discovery, 0x5f2f).toString('hex')).toBe('4000');
    expect(element(element(terminal.getData('5fc10c').data, 0x53), 0xc1)).toEqual(Buffer.of(0));
    expect(terminal.getData('5fc106').sw).toBe('6A82');
    terminal.verify();
    const printed = element(terminal.getData('5fc109').data, 0x53);
    expect(element(printed, 0x01).toString()).toBe('Ada Lindqvist');
    expect(element(printed, 0x04).toString()).toBe('2029JAN31');
  });

  it('are written, read and deleted with the admin key', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'p256' }));
    terminal.authenticateAdmin();
    expect(terminal.putData('5fc10d', Buffer.from('hello')).sw).toBe('9000');
    expect(element(terminal.getData('5fc10d').data, 0x53).toString()).toBe('hello');
    expect(terminal.putData('5fc10d', Buffer.alloc(0)).sw).toBe('9000');
    expect(terminal.getData('5fc10d').sw).toBe('6A82');
    expect(terminal.sw(`00db3fff 06 7e045f2f0140`)).toBe('9000');
    expect(terminal.getData('7e').data.toString('hex')).toBe('7e045f2f0140');
    expect(terminal.putData('7f61', Buffer.of(1)).sw).toBe('6A82');
  });

  it('may be larger than any real one', async () => {
    const state = await issueCardState({ keys: 'p256' });
    state.objects['5fc105'] = hostileObject('huge').toString('hex');
    const { sw, data } = new Terminal(new VirtualPivCard(state)).getData('5fc105');
    expect(sw).toBe('9000');
    expect(data.length).toBeGreaterThan(100_000);
  });

  it('are asked for with one tag list and nothing else', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'p256' }));
    expect(terminal.sw('00cb3fff00')).toBe('6A80');
    expect(terminal.sw('00cb3fff 05 5c025fc102')).toBe('6A80');
    expect(terminal.sw('00cb3fff 08 5c035fc1025c017e')).toBe('6A80');
    expect(terminal.sw('00cb0000 05 5c035fc102')).toBe('6A86');
  });
});

describe('a card taken out and put back', () => {
  it('remembers its counters, PIN and PUK, and forgets what was proven', async () => {
    const first = new Terminal(await issueCard({ keys: 'p256' }));
    first.change(TEST_PIN, '112233');
    first.unblock('11111111', '112233');
    first.verify('112233');
    first.authenticateAdmin();
    first.card.powerOff();
    first.card.powerOn();
    expect(first.pinStatus()).toBe('63C3');
    expect(first.putData('5fc106', Buffer.of(1)).sw).toBe('6982');
    expect(first.unblock('22222222', '112233')).toBe('63C1');
    expect(first.verify('112233')).toBe('9000');
  });

  it('stays blocked', async () => {
    const terminal = new Terminal(await issueCard({ keys: 'p256' }));
    for (let tries = 0; tries < 3; tries++) terminal.verify('999999');
    terminal.card.powerOff();
    terminal.card.powerOn();
    expect(terminal.pinStatus()).toBe('63C0');
    expect(terminal.unblock(TEST_PUK, TEST_PIN)).toBe('9000');
  });

  it('is the same card after it was saved and restored, through text', async () => {
    const first = new Terminal(await issueCard({ keys: { '9a': 'p256', '9d': 'ed25519' } }));
    first.verify('999999');
    first.authenticateAdmin();
    first.putData('5fc106', Buffer.from('kept'));
    const saved = JSON.stringify(first.card.snapshot());
    const second = new Terminal(new VirtualPivCard(JSON.parse(saved)));
    expect(second.card.atr).toEqual(first.card.atr);
    expect(second.pinStatus()).toBe('63C2');
    expect(second.getData('5fc105')).toEqual(first.getData('5fc105'));
    expect(second.getData('5fc106').data.toString()).toContain('kept');
    expect(second.card.snapshot()).toEqual(first.card.snapshot());
  });

  it('shares nothing with the state that it was made from', async () => {
    const state = await issueCardState({ keys: 'p256' });
    const before = structuredClone(state);
    new Terminal(new VirtualPivCard(state)).verify('999999');
    expect(state).toEqual(before);
  });

  it('is not made from what is no card', async () => {
    const state = await issueCardState({ keys: 'p256' });
    expect(() => new VirtualPivCard({ ...state, pin: { value: 'short', triesLeft: 3 } })).toThrow();
    expect(() => new VirtualPivCard({ ...state, objects: { '7e': 'zz' } })).toThrow();
  });
});
