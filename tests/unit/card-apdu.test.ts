import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CommandApdu, chainOf, encodeCommand, parseResponse } from '../../src/core/card/apdu.ts';
import { ApduExchange } from '../../src/core/card/apdu-exchange.ts';
import { CardError } from '../../src/core/card/card-error.ts';
import { ResponseAssembly } from '../../src/core/card/response-assembly.ts';
import { bytes, hex } from './card-script.ts';

const HEADER = { ins: 0xcb, p1: 0x3f, p2: 0xff };

const number = (octets: Uint8Array) => octets.reduce((value, octet) => value * 256 + octet, 0);

/** Reads a command APDU as a card does, straight from the tables of ISO 7816-3 section 12.1. */
function decode(apdu: Uint8Array): CommandApdu & { case: string } {
  const [cla = 0, ins = 0, p1 = 0, p2 = 0] = apdu;
  const head = { cla, ins, p1, p2 };
  const body = apdu.subarray(4);

  if (body.length === 0) return { ...head, case: '1' };
  if (body.length === 1) return { ...head, le: body[0] || 256, case: '2S' };
  if (body[0] !== 0) {
    const lc = body[0] ?? 0;
    const data = body.subarray(1, 1 + lc);
    if (body.length === 1 + lc) return { ...head, data, case: '3S' };
    expect(body).toHaveLength(2 + lc);
    return { ...head, data, le: body[1 + lc] || 256, case: '4S' };
  }
  if (body.length === 3) return { ...head, le: number(body.subarray(1)) || 65_536, case: '2E' };
  const lc = number(body.subarray(1, 3));
  const data = body.subarray(3, 3 + lc);
  if (body.length === 3 + lc) return { ...head, data, case: '3E' };
  expect(body).toHaveLength(5 + lc);
  return { ...head, data, le: number(body.subarray(3 + lc)) || 65_536, case: '4E' };
}

describe('a command APDU', () => {
  test.each([
    ['1', {}, '00cb3fff'],
    ['2S', { le: 256 }, '00cb3fff00'],
    ['2E', { le: 65_536 }, '00cb3fff000000'],
    ['2E', { le: 257 }, '00cb3fff000101'],
    ['3S', { data: bytes('0102') }, '00cb3fff020102'],
    ['4S', { data: bytes('0102'), le: 16 }, '00cb3fff02010210'],
    ['4E', { data: bytes('0102'), le: 65_536 }, '00cb3fff00000201020000'],
  ])('of case %s is written as ISO 7816-3 says', (_, rest, expected) => {
    expect(hex(encodeCommand({ ...HEADER, ...rest }))).toBe(expected);
  });

  test('of any size is read back by a card as it was meant', () => {
    const data = fc.oneof(fc.uint8Array({ maxLength: 260 }), fc.uint8Array({ minLength: 60_000, maxLength: 65_535 }));
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, octet, data, fc.integer({ min: 0, max: 65_536 }), (ins, p1, p2, body, le) => {
        const read = decode(encodeCommand({ ins, p1, p2, data: body, le }));
        expect([read.ins, read.p1, read.p2, read.le ?? 0]).toEqual([ins, p1, p2, le]);
        expect(hex(read.data ?? bytes(''))).toBe(hex(body));
        const short = body.length <= 255 && le <= 256;
        expect(read.case === '1' || read.case.endsWith('S')).toBe(short);
      }),
      { numRuns: 100 },
    );
  });

  test('that is too long for any form is a mistake of the caller', () => {
    expect(() => encodeCommand({ ...HEADER, data: new Uint8Array(65_536) })).toThrow(RangeError);
  });

  test('is chained into short APDUs that carry all its data once, and Le only at the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (data) => {
        const chain = chainOf({ ...HEADER, data, le: 256 }).map((link) => decode(encodeCommand(link)));
        expect(Buffer.concat(chain.map((link) => link.data ?? bytes(''))).toString('hex')).toBe(hex(data));
        expect(chain.map((link) => link.cla)).toEqual([...chain.slice(1).map(() => 0x10), 0x00]);
        expect(chain.map((link) => link.le)).toEqual([...chain.slice(1).map(() => undefined), 256]);
      }),
    );
  });
});

const malformed = (act: () => unknown) => {
  expect(act).toThrow(CardError);
  expect(act).toThrow('malformed-answer');
};

describe('a response', () => {
  test('of fewer than two bytes is no response', () => {
    malformed(() => parseResponse(bytes('')));
    malformed(() => parseResponse(bytes('90')));
  });

  test('longer than an extended APDU is no response', () => {
    malformed(() => parseResponse(new Uint8Array(65_539)));
  });

  test('is put together again wherever the card cut it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.array(fc.integer({ min: 1, max: 256 })),
        (whole, cuts) => {
          const assembly = new ResponseAssembly();
          let offset = 0;
          for (let part = 0; ; part++) {
            const end = Math.min(whole.length, offset + (cuts[part] ?? 256));
            const left = whole.length - end;
            const statusWord = left === 0 ? [0x90, 0x00] : [0x61, left > 255 ? 0 : left];
            const step = assembly.accept(Uint8Array.from([...whole.subarray(offset, end), ...statusWord]));
            offset = end;
            if (step.next === 'done') {
              expect([hex(step.data), step.statusWord]).toEqual([hex(whole), 0x9000]);
              return;
            }
            expect(step).toEqual({ next: 'get-response', le: left > 255 ? 256 : left });
          }
        },
      ),
    );
  });

  test('may begin with a bare 61xx, as T=0 cards do', () => {
    const assembly = new ResponseAssembly();
    expect(assembly.accept(bytes('6103'))).toEqual({ next: 'get-response', le: 3 });
    expect(assembly.accept(bytes('0102039000'))).toEqual({ next: 'done', data: bytes('010203'), statusWord: 0x9000 });
  });

  test('that says 6Cxx twice in a row is malformed', () => {
    const assembly = new ResponseAssembly();
    expect(assembly.accept(bytes('6C10'))).toEqual({ next: 'repeat', le: 16 });
    malformed(() => assembly.accept(bytes('6C10')));
  });

  test('of more than its bound is malformed, however it is cut', () => {
    const assembly = new ResponseAssembly({ maxBytes: 1000 });
    const part = Uint8Array.from([...new Uint8Array(256), 0x61, 0x00]);
    for (let bytesSoFar = 0; bytesSoFar + 256 <= 1000; bytesSoFar += 256) assembly.accept(part);
    malformed(() => assembly.accept(part));
  });
});

/** Answers the n-th APDU by the n-th answer, the last one for ever. */
function card(...answers: string[]) {
  const commands: string[] = [];
  const transmit = (command: Uint8Array) => {
    const answer = answers[Math.min(commands.length, answers.length - 1)] ?? '6f00';
    commands.push(hex(command));
    return Promise.resolve(bytes(answer));
  };
  return { transmit, commands };
}

describe('an exchange', () => {
  test('fetches what is left by GET RESPONSE', async () => {
    const { transmit, commands } = card('01026102', '03049000');
    const response = await new ApduExchange({ transmit }).send({ ...HEADER, le: 256 });
    expect(commands).toEqual(['00cb3fff00', '00c0000002']);
    expect([hex(response.data), response.statusWord, response.complete]).toEqual(['01020304', 0x9000, true]);
  });

  test('sends a command again with the Le that the card names', async () => {
    const { transmit, commands } = card('6C02', 'AABB9000');
    expect(hex((await new ApduExchange({ transmit }).send({ ...HEADER, le: 256 })).data)).toBe('aabb');
    expect(commands).toEqual(['00cb3fff00', '00cb3fff02']);
  });

  test.each([
    ['61FF and a byte', '0061FF', 300],
    ['61FF and nothing', '61FF', 2],
    ['6CFF', '6CFF', 2],
  ])('with a card that answers %s for ever ends, and soon', async (_, answer, apdus) => {
    const { transmit, commands } = card(answer);
    const sent = new ApduExchange({ transmit }).send({ ...HEADER, le: 256 });
    await expect(sent).rejects.toMatchObject({ failure: { code: 'malformed-answer' } });
    expect(commands).toHaveLength(apdus);
  });

  test('stops a chain at the first link that the card refuses', async () => {
    const { transmit, commands } = card('6982');
    const response = await new ApduExchange({ transmit }).send({ ...HEADER, data: new Uint8Array(600) });
    expect([response.statusWord, commands.length]).toEqual([0x6982, 1]);
  });

  test('never sends a secret twice, whatever the card asks for, and overwrites it', async () => {
    for (const answer of ['6C08', '6108']) {
      const seen: Uint8Array[] = [];
      const transmit = (command: Uint8Array) => {
        seen.push(command);
        return Promise.resolve(bytes(answer));
      };
      const { statusWord } = await new ApduExchange({ transmit }).send(
        { ins: 0x20, p1: 0, p2: 0x80, data: bytes('31323334') },
        { secret: true },
      );
      // What it was is for the caller to judge.
      expect(statusWord).toBe(Number.parseInt(answer, 16));
      expect(seen).toHaveLength(1);
      expect(seen[0]?.every((octet) => octet === 0)).toBe(true);
    }
  });

  test('goes from extended to short APDUs when card or reader refuse the former, and stays there', async () => {
    const { transmit, commands } = card('6700', '019000', '029000');
    const exchange = new ApduExchange({ transmit }, { extendedLength: true });
    expect(hex((await exchange.send({ ...HEADER, le: 256 })).data)).toBe('01');
    expect(hex((await exchange.send({ ...HEADER, le: 256 })).data)).toBe('02');
    expect(commands).toEqual(['00cb3fff000000', '00cb3fff00', '00cb3fff00']);
  });
});
