import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CardError } from '../../src/core/card/card-error.ts';
import { parseApplicationProperties } from '../../src/core/card/piv/application.ts';
import { parseCapabilityContainer } from '../../src/core/card/piv/capability-container.ts';
import { encodeCertificateObject, parseCertificateObject } from '../../src/core/card/piv/certificate-object.ts';
import { parseChuid, parseChuidBeginning } from '../../src/core/card/piv/chuid.ts';
import { parseDiscovery } from '../../src/core/card/piv/discovery.ts';
import { parseKeyHistory } from '../../src/core/card/piv/key-history.ts';
import { encodeTlv } from '../../src/core/card/tlv.ts';
import { ascii, bytes, hex } from './card-script.ts';

const FASCN = 'D4E739DA739CED39CE739D836858210842108421C84210C3EB';
const GUID = '00112233445566778899AABBCCDDEEFF';
const EXPIRY = hex(ascii('20301231'));
const CHUID_FIELDS = [`30 19 ${FASCN}`, `34 10 ${GUID}`, `35 08 ${EXPIRY}`, '3E 00', 'FE 00'];

function malformed(act: () => unknown, what: string) {
  expect(act).toThrow(CardError);
  expect(act).toThrow(`malformed-answer (${what})`);
}

describe('the CHUID', () => {
  const expected = { fascn: FASCN.toLowerCase(), guid: GUID.toLowerCase(), expires: '20301231' };

  test('is understood in any order and with elements that nobody knows', () => {
    const fields = [...CHUID_FIELDS, 'EE 02 0102', '31 04 39393939', '5FFF01 01 AA'];
    fc.assert(
      fc.property(fc.shuffledSubarray(fields, { minLength: fields.length }), (shuffled) => {
        expect(parseChuid(bytes(shuffled.join('')))).toEqual(expected);
      }),
    );
  });

  test('gives its identity before its signature has come', () => {
    const signed = bytes([...CHUID_FIELDS.slice(0, 3), '3E 82 0800'].join('') + 'AB'.repeat(100));
    expect(parseChuidBeginning(signed)).toEqual(expected);
    expect(parseChuidBeginning(signed.subarray(0, 40))).toBeNull();
  });

  test.each([
    ['a FASC-N of 24 bytes', `30 18 ${FASCN.slice(2)}`],
    ['a GUID of 8 bytes', '34 08 0011223344556677'],
    ['an expiry date of 6 bytes', '35 06 323033303132'],
    ['two GUIDs', `34 10 ${GUID} 34 10 ${GUID}`],
    ['a GUID cut off', '34 10 0011'],
  ])('with %s is malformed', (_, content) => {
    malformed(() => parseChuid(bytes(content)), 'CHUID');
  });

  test('with a GUID of zeros names nobody', () => {
    expect(parseChuid(bytes(`34 10 ${'00'.repeat(16)}`)).guid).toBeNull();
  });

  test('with an expiry date that is no date has none', () => {
    expect(parseChuid(bytes('35 08 FFFFFFFFFFFFFFFF')).expires).toBeNull();
  });

  test('may be empty', () => {
    expect(parseChuid(bytes(''))).toEqual({ fascn: null, guid: null, expires: null });
  });
});

describe('the discovery object', () => {
  test.each([
    ['4000', { applicationPin: true, globalPin: false, globalIsPrimary: false }],
    ['6010', { applicationPin: true, globalPin: true, globalIsPrimary: false }],
    ['6020', { applicationPin: true, globalPin: true, globalIsPrimary: true }],
    // A global PIN that the card does not have cannot be the one its holder knows.
    ['4020', { applicationPin: true, globalPin: false, globalIsPrimary: false }],
  ])('with policy %s says which PINs there are', (policy, expected) => {
    expect(parseDiscovery(bytes(`4F 0B A000000308000010000100 5F2F 02 ${policy}`))).toEqual(expected);
  });

  test.each(['', '5F2F 01 40', '5F2F 03 400000', '5F2F 02 40', '4F 00'])('of "%s" is malformed', (content) => {
    malformed(() => parseDiscovery(bytes(content)), 'discovery object');
  });
});

describe('the key history', () => {
  test('counts retired keys', () => {
    expect(parseKeyHistory(bytes('C1 01 05 C2 01 02 F3 02 6869 FE 00'))).toEqual({ onCard: 5, offCard: 2 });
    expect(parseKeyHistory(bytes('C1 00 C2 00 F3 00'))).toEqual({ onCard: 0, offCard: 0 });
  });

  test.each(['C1 01 15', 'C1 02 0001', 'C1 01 14 C2 01 01', 'C1 01'])('of "%s" is malformed', (content) => {
    malformed(() => parseKeyHistory(bytes(content)), 'key history');
  });
});

describe('the card capability container', () => {
  test('gives card identifier and data model', () => {
    const identifier = `A000000116FF02${'01'.repeat(14)}`;
    expect(parseCapabilityContainer(bytes(`F0 15 ${identifier} F1 01 21 F5 01 10 FE 00`))).toEqual({
      cardIdentifier: identifier.toLowerCase(),
      dataModel: 0x10,
    });
    expect(parseCapabilityContainer(bytes('F0 00'))).toEqual({ cardIdentifier: null, dataModel: null });
  });

  test('with an identifier of another length is malformed', () => {
    malformed(() => parseCapabilityContainer(bytes('F0 02 0102')), 'card capability container');
  });
});

describe('the application property template', () => {
  test('gives AID, label, URL and algorithms', () => {
    const template = encodeTlv(
      0x61,
      bytes(`4F 06 000010000100 79 07 4F 05 A000000308 50 04 ${hex(ascii('Card'))} AC 06 80 01 07 80 01 11 5F50 01 78`),
    );
    expect(parseApplicationProperties(template)).toEqual({
      aid: '000010000100',
      label: 'Card',
      url: 'x',
      algorithms: [0x07, 0x11],
    });
  });

  test.each(['0041', '41'.repeat(129), 'E4'])('shows no label that could disturb a screen (%s)', (label) => {
    expect(parseApplicationProperties(encodeTlv(0x61, encodeTlv(0x50, bytes(label)))).label).toBeNull();
  });
});

const der = (length: number) => encodeTlv(0x30, new Uint8Array(length).fill(0x05));

const compressed = (stored: Uint8Array) => Uint8Array.from([...encodeTlv(0x70, stored), 0x71, 0x01, 0x01]);

describe('a certificate object', () => {
  const WHAT = 'certificate 9A';

  test.each([false, true])('gives back the DER that was put in (compressed: %s)', (compress) => {
    const object = encodeCertificateObject(der(1200), { compress });
    expect(hex(parseCertificateObject(object, WHAT) ?? bytes(''))).toBe(hex(der(1200)));
  });

  test('needs neither CertInfo nor an error detection code', () => {
    expect(hex(parseCertificateObject(encodeTlv(0x70, der(3)), WHAT) ?? bytes(''))).toBe('3003050505');
  });

  test.each(['', '70 00 71 01 00 FE 00'])('that is empty ("%s") holds no certificate', (content) => {
    expect(parseCertificateObject(bytes(content), WHAT)).toBeNull();
  });

  test('that is a gzip bomb ends as malformed, in no time and no space', () => {
    const bomb = compressed(gzipSync(new Uint8Array(200 * 1024 * 1024)));
    const before = process.memoryUsage().rss;
    const began = process.threadCpuUsage();
    malformed(() => parseCertificateObject(bomb, WHAT), WHAT);
    const { user, system } = process.threadCpuUsage(began);
    expect((user + system) / 1000, 'milliseconds of work').toBeLessThan(200);
    expect(process.memoryUsage().rss - before).toBeLessThan(16 * 1024 * 1024);
  });

  test.each([
    ['not gzip', compressed(der(20))],
    ['gzip cut off', compressed(gzipSync(der(500)).subarray(0, 20))],
    ['a certificate cut off', encodeTlv(0x70, der(500).subarray(0, 100))],
    ['something behind the certificate', encodeTlv(0x70, Uint8Array.of(...der(3), 0x31, 0x00))],
    ['no certificate but other elements', bytes('71 01 00 FE 00')],
    ['100 kB', encodeTlv(0x70, der(100_000))],
    ['cut off', encodeTlv(0x70, der(500)).subarray(0, 200)],
  ])('that is %s is malformed', (_, content) => {
    malformed(() => parseCertificateObject(content, WHAT), WHAT);
  });
});
