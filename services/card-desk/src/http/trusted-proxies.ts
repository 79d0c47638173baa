import { BlockList } from 'node:net';
import { ipAddressOf } from './source.ts';

/**
 * Whose `X-Forwarded-For` is believed: addresses and networks (`10.1.0.0/16`). With the ports that some proxies write, so that in a
 * chain of two the inner one is known again. null: one of them is neither.
 */
export function trustedProxiesOf(listed: readonly string[]): ((said: string) => boolean) | null {
  const known = new BlockList();
  try {
    for (const each of listed) {
      const [, network = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(each) ?? [];
      const address = ipAddressOf(network);
      if (address === null) return null;
      const family = `ipv${address.family}` as const;
      known.addSubnet(address.text, bits === undefined ? (address.family === 4 ? 32 : 128) : Number(bits), family);
    }
  } catch {
    // More bits than an address has.
    return null;
  }
  return (said) => {
    const address = ipAddressOf(said);
    return address !== null && known.check(address.text, `ipv${address.family}`);
  };
}
