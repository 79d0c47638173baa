import { BlockList, isIP } from 'node:net';
import { bareHost } from './address-rules.ts';

/**
 * `system`: what the environment says, in the variables that curl made a custom (http_proxy, https_proxy, all_proxy,
 * no_proxy, in small or capital letters). `none`: always straight. Else the URL of an http or https proxy; a name and password
 * in it are shown to that proxy alone.
 *
 * Proxies that Windows or macOS keep in their own settings, or in a script (PAC), are not in the environment: a host that can
 * ask for them (Electron's `session.resolveProxy`) hands over a URL.
 */
export type ProxyRule = 'system' | 'none' | (string & {});

/** `unusable`: a proxy is wanted but not one we can speak to. Then nothing is fetched: going straight is nobody's decision. */
export type ProxyChoice = URL | 'none' | 'unusable';

/** @param environment as `process.env` */
export function chooseProxy(url: URL, rule: ProxyRule, environment: NodeJS.ProcessEnv): ProxyChoice {
  if (rule === 'none') return 'none';
  if (rule !== 'system') return proxyUrl(rule);
  const variable = (name: string) => environment[name] || environment[name.toUpperCase()] || '';
  const proxy = variable(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || variable('all_proxy');
  if (proxy === '' || isExempt(url, variable('no_proxy'))) return 'none';
  return proxyUrl(proxy);
}

function proxyUrl(text: string): ProxyChoice {
  // The custom allows `proxy:3128`, which by itself would be a URL of the scheme `proxy`.
  const whole = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : 'unusable';
}

/**
 * By curl's rules: entries stand between commas or blanks; `*` means every host; a name means itself and all below it, with or
 * without a leading dot; an entry may name a port; networks are written as `10.0.0.0/8`.
 */
function isExempt(url: URL, noProxy: string): boolean {
  const host = bareHost(url).replace(/\.$/, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || isInNetwork(host, entry) || isNamed(host, port, entry));
}

function isNamed(host: string, port: string, entry: string): boolean {
  const plain = isIP(entry) === 6;
  const [, name = entry, entryPort] = plain ? [] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  if (entryPort !== undefined && entryPort !== port) return false;
  const domain = name.replace(/^\[(.*)\]$/, '$1').replace(/^\*?\./, '');
  return domain !== '' && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)));
}

function isInNetwork(host: string, entry: string): boolean {
  const [, network = '', bits = ''] = /^\[?([^\]]*)\]?\/(\d{1,3})$/.exec(entry) ?? [];
  const family = isIP(network);
  if (family === 0 || isIP(host) === 0 || Number(bits) > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}
