import { describe, expect, test } from 'vitest';
import { refuse } from '../../src/native/card-process/refusal.ts';

const order = (id: unknown, operation: unknown) => ({ type: 'operate', id, reader: 'A', insertion: '1', operation });
const answered = (message: unknown) => refuse(message).filter(({ type }) => type === 'answer');

describe('a refused order', () => {
  test('that somebody waits for is answered by its number', () => {
    const outcome = { ok: false, failure: { code: 'pin-format' } };
    expect(answered(order(7, { kind: 'verify', pin: new Uint8Array() }))).toEqual([{ type: 'answer', id: 7, outcome }]);
  });

  test.each([order('7', {}), order(Number.NaN, {}), { ...order(7, {}), type: 'ping' }, null, 'operate', 7])(
    'that nobody can be waiting for is only logged: %j',
    (message) => {
      expect(refuse(message).map(({ type }) => type)).toEqual(['log']);
    },
  );

  test('keeps no bytes, wherever they were', () => {
    const pins = [0, 1, 2].map(() => Uint8Array.of(0x31, 0x32, 0x33));
    const operation: Record<string, unknown> = { kind: 'verify', pin: pins[0], newPin: [{ deep: pins[1] }] };
    operation.again = operation;
    refuse({ ...order(7, operation), extra: pins[2] });
    expect(pins).toEqual([0, 1, 2].map(() => new Uint8Array(3)));
  });
});
