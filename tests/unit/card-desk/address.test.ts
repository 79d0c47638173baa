import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, masked } from '../../../services/card-desk/src/journey/address.ts';

test.each([
  ['Ada@Ward.Example', 'email', 'ada@ward.example'],
  ['  ada+desk@mail.ward.example ', 'email', 'ada+desk@mail.ward.example'],
  ['07700 900123', 'mobile', '+447700900123'],
  ['+44 (0)7700 900-123', 'mobile', '+447700900123'],
  ['0044 7700.900.123', 'mobile', '+447700900123'],
  ['+353 85 123 4567', 'mobile', '+353851234567'],
  ['０７７００９００１２３', 'mobile', '+447700900123'],
])('%s is the %s %s', (typed, kind, value) => {
  expect(addressOf(typed)).toEqual({ kind, value });
});

test.each([
  'ada',
  'ada@ward',
  'ada@@ward.example',
  'ada@ward.example\r\nbcc: everyone@ward.example',
  '"ada"@ward.example',
  'ada@ward.example, ben@ward.example',
  'ada@ward.example>',
  'a d a@ward.example',
  '.ada@ward.example',
  `${'a'.repeat(65)}@ward.example`,
  '7700900123',
  '07700 90012x',
  '+0 7700 900123',
  '',
])('%j is neither', (typed) => {
  expect(addressOf(typed)).toBeNull();
});

test('whatever is typed: what is taken has one form, no control characters, and one recipient', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.emailAddress(), fc.stringMatching(/^[+0-9 ().-]{3,20}$/)), (typed) => {
      const address = addressOf(typed);
      if (address === null) return;
      expect(address.value).toMatch(/^[!-~]+$/);
      expect(address.value).not.toMatch(/[,;<>"\\]/);
      expect(addressOf(address.value)).toEqual(address);
      expect(masked(address)).not.toContain(address.value);
    }),
    { numRuns: 2000 },
  );
});
