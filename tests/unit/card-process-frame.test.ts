import { serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameError, FrameReader, MAX_PAYLOAD_BYTES } from '../../src/native/card-process/frame.ts';

function reader(overwrite = false) {
  const messages: unknown[] = [];
  return { subject: new FrameReader({ onMessage: (message) => messages.push(message), overwrite }), messages };
}

function framed(payload: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Uint8Array.from(Buffer.concat([length, payload]));
}

describe('a frame', () => {
  test('is the length of what v8.serialize makes of the message, and that', () => {
    for (const message of [{ type: 'ping', nonce: 1 }, 'x'.repeat(5000), null]) {
      expect(encodeFrame(message)).toEqual(Buffer.from(framed(serialize(message))));
    }
  });

  test('carries a certificate of 64 kB, and no more than 256 kB', () => {
    const { subject, messages } = reader();
    const der = new Uint8Array(64 * 1024).fill(0x30);
    subject.push(encodeFrame({ der }));
    expect(messages).toEqual([{ der }]);
    expect(() => encodeFrame(new Uint8Array(MAX_PAYLOAD_BYTES))).toThrow(FrameError);
  });
});

describe('a reader of frames', () => {
  test('puts them together from pieces of any size, in order', () => {
    const sent = [{ n: 1, pin: Uint8Array.of(1, 2, 3) }, 'two', [3]];
    const stream = Buffer.concat(sent.map((message) => encodeFrame(message)));
    for (const size of [1, 2, 3, 5, 7, 64, stream.length]) {
      const { subject, messages } = reader();
      for (let at = 0; at < stream.length; at += size) {
        subject.push(Uint8Array.from(stream.subarray(at, at + size)));
      }
      expect(messages).toEqual(sent);
    }
  });

  test.each([
    ['of 4 GB', 'ffffffff'],
    ['of one byte more than the limit', '00040001'],
    ['of nothing', '00000000'],
    ['that holds no message', '00000004deadbeef'],
    ['of another version', '00000003ff7f30'],
    ['that ends in the middle of a value', '00000003ff0f6f'],
  ])('refuses a frame %s', (_, hex) => {
    const { subject, messages } = reader();
    expect(() => subject.push(Buffer.from(hex, 'hex'))).toThrow(FrameError);
    expect(messages).toEqual([]);
  });

  test('overwrites each piece, also the one that it refuses', () => {
    const { subject } = reader();
    const piece = Uint8Array.from(encodeFrame({ pin: Uint8Array.of(0x31, 0x32) }));
    subject.push(piece);
    expect(piece).toEqual(new Uint8Array(piece.length));
    const refused = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x31, 0x32);
    expect(() => subject.push(refused)).toThrow(FrameError);
    expect(refused).toEqual(new Uint8Array(6));
  });

  test('overwrites the frame itself when its listener is done with it, even by failing', () => {
    const pins: Uint8Array[] = [];
    const subject = new FrameReader({
      onMessage: (message) => {
        pins.push(Object(message).pin);
        expect(pins.at(-1)).toEqual(Buffer.from('123456'));
        throw new TypeError('not understood');
      },
      overwrite: true,
    });
    expect(() => subject.push(encodeFrame({ pin: Buffer.from('123456') }))).toThrow(TypeError);
    expect(pins.map((pin) => [...pin])).toEqual([[0, 0, 0, 0, 0, 0]]);
  });

  test('leaves the bytes of a message to a listener that may keep them', () => {
    const { subject, messages } = reader(false);
    subject.push(encodeFrame(Uint8Array.of(1, 2)));
    expect(messages).toEqual([Uint8Array.of(1, 2)]);
  });
});
