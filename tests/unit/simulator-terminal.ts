import { createCipheriv } from 'node:crypto';
import { parseTlvs, tlv } from '../../src/simulator/card/ber-tlv.ts';
import { type AdminKey, padded } from '../../src/simulator/card/card-state.ts';
import type { VirtualPivCard } from '../../src/simulator/card/piv-card.ts';
import { TEST_ADMIN_KEY, TEST_PIN } from '../../src/simulator/pki/issue-card.ts';

export type Answer = { readonly sw: string; readonly data: Buffer };

const ADMIN_IDENTIFIER = { '3des': 0x03, aes128: 0x08, aes192: 0x0a, aes256: 0x0c } as const;
const ECB = { '3des': 'des-ede3', aes128: 'aes-128-ecb', aes192: 'aes-192-ecb', aes256: 'aes-256-ecb' } as const;

/** The plainest terminal there is: says what it is told, byte by byte, and fetches the rest of long answers. */
export class Terminal {
  readonly card: VirtualPivCard;

  constructor(card: VirtualPivCard) {
    this.card = card;
    card.powerOn();
  }

  /** One exchange and nothing else; spaces in `apdu` are free. */
  raw(apdu: string): Answer {
    const answer = Buffer.from(this.card.transmit(Buffer.from(apdu.replaceAll(' ', ''), 'hex')));
    return { sw: answer.subarray(-2).toString('hex').toUpperCase(), data: answer.subarray(0, -2) };
  }

  /** The status word alone. */
  sw(apdu: string): string {
    return this.raw(apdu).sw;
  }

  /** `header` is CLA INS P1 P2; data longer than 255 bytes goes by chaining, and 61xx is followed. */
  send(header: string, data: Uint8Array = new Uint8Array()): Answer {
    const bytes = Buffer.from(data);
    let at = 0;
    for (; bytes.length - at > 255; at += 255) {
      const { sw } = this.raw(`1${header.slice(1)}ff${bytes.subarray(at, at + 255).toString('hex')}`);
      if (sw !== '9000') return { sw, data: Buffer.alloc(0) };
    }
    const last = bytes.subarray(at);
    let part = this.raw(
      `${header}${last.length === 0 ? '' : Buffer.of(last.length).toString('hex')}${last.toString('hex')}00`,
    );
    const parts = [part.data];
    while (part.sw.startsWith('61')) {
      part = this.raw(`00c00000${part.sw.slice(2)}`);
      parts.push(part.data);
    }
    return { sw: part.sw, data: Buffer.concat(parts) };
  }

  select(): Answer {
    return this.raw('00a4040005a00000030800');
  }

  verify(pin = TEST_PIN): string {
    return this.sw(`0020008008${padded(pin)}`);
  }

  pinStatus(): string {
    return this.sw('00200080');
  }

  change(oldPin: string, newPin: string): string {
    return this.sw(`0024008010${padded(oldPin)}${padded(newPin)}`);
  }

  unblock(puk: string, newPin: string): string {
    return this.sw(`002c008010${padded(puk)}${padded(newPin)}`);
  }

  getData(tag: string): Answer {
    return this.send('00cb3fff', tlv(0x5c, Buffer.from(tag, 'hex')));
  }

  putData(tag: string, content: Uint8Array): Answer {
    return this.send('00db3fff', Buffer.concat([tlv(0x5c, Buffer.from(tag, 'hex')), tlv(0x53, content)]));
  }

  /** GENERAL AUTHENTICATE asking for a response; `tag` is 81 (challenge) or 85 (point). */
  use(slot: string, algorithm: number, input: Uint8Array, tag = 0x81): Answer {
    const template = tlv(0x7c, tlv(0x82), tlv(tag, input));
    const answer = this.send(`0087${Buffer.of(algorithm).toString('hex')}${slot}`, template);
    return { sw: answer.sw, data: element(element(answer.data, 0x7c), 0x82) };
  }

  /** The terminal proves the admin key by encrypting the card's challenge; `response` overrides what it says. */
  authenticateAdmin(key: AdminKey = TEST_ADMIN_KEY, response?: Uint8Array): string {
    const header = `0087${Buffer.of(ADMIN_IDENTIFIER[key.algorithm]).toString('hex')}9b`;
    const asked = this.send(header, tlv(0x7c, tlv(0x81)));
    if (asked.sw !== '9000') return asked.sw;
    const challenge = element(element(asked.data, 0x7c), 0x81);
    return this.send(header, tlv(0x7c, tlv(0x82, response ?? encrypt(key, challenge)))).sw;
  }
}

/** The value of the one element with this tag; empty without it. */
export function element(bytes: Uint8Array, tag: number): Buffer {
  return Buffer.from(parseTlvs(bytes)?.find((found) => found.tag === tag)?.value ?? []);
}

export function encrypt(key: AdminKey, block: Uint8Array): Buffer {
  const cipher = createCipheriv(ECB[key.algorithm], Buffer.from(key.value, 'hex'), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}
