import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameError, FrameReader } from '../../../src/core/contract/control.ts';

describe('frames of the control socket', () => {
  it('arrive as they were sent, however the stream is cut', () => {
    const secret = fc.uint8Array({ maxLength: 254 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ json: fc.jsonValue(), secrets: fc.array(secret, { maxLength: 2 }) }), { maxLength: 5 }),
        fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 20 }),
        (sent, cuts) => {
          const stream = Buffer.concat(sent.map(({ json, secrets }) => encodeFrame(json, secrets)));
          const reader = new FrameReader();
          const received = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const step = (cuts[i % cuts.length] ?? 0) + 1;
            received.push(...reader.push(Uint8Array.from(stream.subarray(at, at + step))));
            at += step;
          }
          expect(received.map(({ json, secrets }) => ({ json, secrets: secrets.map((s) => [...s]) }))).toEqual(
            sent.map(({ json, secrets }) => ({
              json: JSON.parse(JSON.stringify(json)),
              secrets: secrets.map((s) => [...s]),
            })),
          );
        },
      ),
    );
  });

  it.each([
    ['a length beyond the bound', [0x7f, 0xff, 0xff, 0xff, 0]],
    ['three secrets', [0, 0, 0, 2, 3, 0x7b, 0x7d]],
    ['a secret beyond the bound', [0, 0, 0, 2, 1, 0x7b, 0x7d, 255]],
    ['text that is not JSON', [0, 0, 0, 2, 0, 0x7b, 0x7b]],
  ])('are refused for %s', (_, bytes) => {
    expect(() => new FrameReader().push(Uint8Array.from(bytes))).toThrow(FrameError);
  });

  it('leave no secret behind in what was read', () => {
    const secret = new TextEncoder().encode('82645193');
    const frame = Uint8Array.from(encodeFrame({ command: 'x' }, [secret]));
    const reader = new FrameReader();
    reader.push(frame.subarray(0, frame.length - 1));
    const [received] = reader.push(frame.subarray(frame.length - 1));
    expect(received?.secrets[0]).toEqual(secret);
    const left = (reader as unknown as { buffer: Uint8Array }).buffer;
    expect(left).toHaveLength(0);
  });
});
