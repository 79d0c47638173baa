import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAllowed, urlAllowed } from '../../../src/main/revocation/address-rules.ts';
import { chooseProxy } from '../../../src/main/revocation/proxy-choice.ts';

describe('a certificate may send us', () => {
  it.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '8.8.8.8',
    'fd12::1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
  ])('to %s', (address) => expect(addressAllowed(address, 'refuse')).toBe(true));

  it.each([
    ['0.0.0.0', 'this machine'],
    ['169.254.169.254', 'metadata of a cloud'],
    ['169.254.1.1', 'link-local'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'a platform’s own address'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'this machine'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local with its zone'],
    ['fd00:ec2::254', 'metadata'],
    ['ff02::1', 'multicast'],
    ['::ffff:169.254.169.254', 'IPv4 in IPv6'],
    ['::169.254.169.254', 'IPv4 in IPv6, compatible'],
    ['::ffff:0:a9fe:a9fe', 'IPv4 in IPv6, translated'],
    ['64:ff9b::a9fe:a9fe', 'NAT64'],
    ['64:ff9b:1::a9fe:a9fe', 'NAT64 of the local network'],
    ['2002:a9fe:a9fe::1', '6to4'],
    ['example', 'no address'],
    ['', 'nothing'],
  ])('never to %s (%s)', (address) => {
    expect(addressAllowed(address, 'refuse')).toBe(false);
    expect(addressAllowed(address, 'allow')).toBe(false);
  });

  it.each(['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::'])(
    'to %s in tests only',
    (address) => {
      expect(addressAllowed(address, 'refuse')).toBe(false);
      expect(addressAllowed(address, 'allow')).toBe(true);
    },
  );

  it('to an IPv4 address in IPv6 exactly where to that address itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '64:ff9b::'), (address, carrier) => {
        expect(addressAllowed(`${carrier}${address}`, 'refuse')).toBe(addressAllowed(address, 'refuse'));
      }),
    );
  });

  it('nowhere that has to be judged and cannot: any address has a word, none throws', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(typeof addressAllowed(address, 'refuse')).toBe('boolean');
      }),
    );
  });

  it.each([
    ['http://crl.example/a', true],
    ['https://crl.example:8443/a', true],
    ['http://crl.example:443/', true],
    ['http://10.0.0.1/a', true],
    ['http://[fd12::1]/a', true],
    ['http://crl.example:25/', false],
    ['http://crl.example:0/', false],
    ['http://localhost/', false],
    ['http://a.localhost./', false],
    ['http://2130706433/', false],
    ['http://0x7f.1/', false],
    ['http://[::1]/', false],
    ['http://[fe80::1]/', false],
  ])('to %s: %s', (url, allowed) => expect(urlAllowed(new URL(url), 'refuse')).toBe(allowed));
});

describe('the proxy', () => {
  const choose = (url: string, environment: NodeJS.ProcessEnv) =>
    String(chooseProxy(new URL(url), 'system', environment));

  it.each([
    ['http://a.example/', {}, 'none'],
    ['http://a.example/', { http_proxy: '' }, 'none'],
    ['http://a.example/', { HTTP_PROXY: 'http://p:3128' }, 'http://p:3128/'],
    ['http://a.example/', { HTTPS_PROXY: 'http://p:3128' }, 'none'],
    ['https://a.example/', { HTTPS_PROXY: 'http://p:3128', HTTP_PROXY: 'http://q' }, 'http://p:3128/'],
    ['https://a.example/', { https_proxy: 'http://small', HTTPS_PROXY: 'http://capital' }, 'http://small/'],
    ['https://a.example/', { ALL_PROXY: 'p:3128' }, 'http://p:3128/'],
    ['http://a.example/', { all_proxy: 'socks5://p:1080' }, 'unusable'],
    ['http://a.example/', { http_proxy: 'http://:::' }, 'unusable'],
  ])('of %s in %j is %s', (url, environment, proxy) => expect(choose(url, environment)).toBe(proxy));

  it.each([
    ['*', 'http://a.example/', true],
    ['example', 'http://a.example/', true],
    ['.example', 'http://a.example/', true],
    ['*.example', 'http://a.example/', true],
    ['b.test, EXAMPLE', 'http://a.example./', true],
    ['a.example:80', 'http://a.example/', true],
    ['a.example:8080', 'http://a.example/', false],
    ['xample', 'http://a.example/', false],
    [' , .', 'http://a.example/', false],
    ['10.0.0.0/8', 'http://10.2.3.4/', true],
    ['10.0.0.0/8', 'http://11.2.3.4/', false],
    ['10.0.0.0/99', 'http://10.2.3.4/', false],
    ['10.2.3.4', 'http://10.2.3.4/', true],
    ['3.4', 'http://10.2.3.4/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['[fd12::1]:80', 'http://[fd12::1]/', true],
    ['fd12::1', 'http://[fd12::1]/', true],
  ])('is left out by no_proxy "%s" for %s: %s', (noProxy, url, exempt) => {
    expect(choose(url, { http_proxy: 'http://p', no_proxy: noProxy }) === 'none').toBe(exempt);
  });

  it('of the policy takes no notice of the environment', () => {
    const environment = { http_proxy: 'http://p', no_proxy: '*' };
    const url = new URL('http://a.example/');
    expect(chooseProxy(url, 'none', environment)).toBe('none');
    expect(String(chooseProxy(url, 'http://policy:8080', environment))).toBe('http://policy:8080/');
    expect(chooseProxy(url, 'ftp://policy', environment)).toBe('unusable');
  });

  it('is never a surprise: any text is a URL of http or https, or unusable', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (rule, noProxy) => {
        const choice = chooseProxy(new URL('http://a.example/'), 'system', { http_proxy: rule, no_proxy: noProxy });
        expect(choice instanceof URL ? choice.protocol : choice).toMatch(/^(https?:|none|unusable)$/);
      }),
    );
  });
});
