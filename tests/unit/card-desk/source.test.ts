import { expect, test } from 'vitest';
import { sourceOf } from '../../../services/card-desk/src/http/source.ts';
import { trustedProxiesOf } from '../../../services/card-desk/src/http/trusted-proxies.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7:50123', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['[::ffff:192.0.2.7]:443', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2:3:4:5:6]:50123', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::9]', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('requests from %s count for %s', (said, source) => {
  expect(sourceOf(said)).toBe(source);
});

test('what is no address is one source together, however it is written', () => {
  const said = [
    '',
    'unknown',
    '_hidden',
    '192.0.2.300',
    '192.0.2.7:port',
    '[192.0.2.7',
    '2001:db8::1::2',
    'a:1',
    'a:2',
  ];
  expect(new Set(said.map(sourceOf))).toEqual(new Set(['unknown']));
});

test('a proxy is believed by its address or its network, with or without the port that another one writes', () => {
  const trusted = trustedProxiesOf(['192.0.2.1', '10.1.0.0/16', '2001:db8::/32']);
  const judged = (said: string) => trusted?.(said);
  for (const said of ['192.0.2.1', '192.0.2.1:80', '::ffff:192.0.2.1', '10.1.255.255:9', '[2001:db8:9::1]:443']) {
    expect(judged(said), said).toBe(true);
  }
  for (const said of ['192.0.2.2', '10.2.0.1', '2001:db9::1', 'unknown', '']) expect(judged(said), said).toBe(false);
});

test.each(['proxy.example', '10.0.0.0/33', '10.0.0/8', '::/129', '/8', ''])('%j is no proxy', (listed) => {
  expect(trustedProxiesOf([listed])).toBeNull();
});
