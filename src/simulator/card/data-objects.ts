import { gzipSync } from 'node:zlib';
import { tlv } from './ber-tlv.ts';

/** PIV application identifier with version 1.0 (SP 800-73-4 part 1, 2.2). */
export const PIV_AID = Buffer.from('a000000308000010000100', 'hex');

/** Tags of the data objects (SP 800-73-4 part 1, table 3), as the card's state names them. */
export const OBJECT = {
  chuid: '5fc102',
  capabilityContainer: '5fc107',
  discovery: '7e',
  keyHistory: '5fc10c',
  securityObject: '5fc106',
  printedInformation: '5fc109',
  fingerprints: '5fc103',
  facialImage: '5fc108',
  irisImages: '5fc121',
} as const;

export const CERTIFICATE_OBJECT = { '9a': '5fc105', '9c': '5fc10a', '9d': '5fc10b', '9e': '5fc101' } as const;

export type PivSlot = keyof typeof CERTIFICATE_OBJECT;

export const PIV_SLOTS = ['9a', '9c', '9d', '9e'] as const satisfies readonly PivSlot[];

/** Read only after a PIN (SP 800-73-4 part 1, table 2). */
export const PIN_GATED: ReadonlySet<string> = new Set([
  OBJECT.printedInformation,
  OBJECT.fingerprints,
  OBJECT.facialImage,
  OBJECT.irisImages,
]);

/** Of a card that belongs to no federal agency (SP 800-73-4 part 1, 3.1.2; agency code 9999). */
const FASC_N = Buffer.from('d4e739da739ced39ce739d836858210842108421c84210c3eb', 'hex');

export type ChuidFacts = {
  /** 16 bytes. */
  readonly guid: Uint8Array;
  /** YYYYMMDD. */
  readonly expires: string;
  /** Issuer's signature over the CHUID; real ones take 1.5 to 3 kB. None unless given. */
  readonly signature?: Uint8Array;
};

/** Card Holder Unique Identifier (SP 800-73-4 part 1, 3.1.2 and table 9). */
export function chuid({ guid, expires, signature }: ChuidFacts): Buffer {
  return Buffer.concat([
    tlv(0x30, FASC_N),
    tlv(0x34, guid),
    tlv(0x35, Buffer.from(expires, 'latin1')),
    tlv(0x3e, signature ?? new Uint8Array()),
    tlv(0xfe),
  ]);
}

/** Card Capability Container (table 8); `cardNumber` is 14 bytes. */
export function capabilityContainer(cardNumber: Uint8Array): Buffer {
  const identifier = Buffer.concat([Buffer.from('a000000116ff02', 'hex'), cardNumber]);
  return Buffer.concat([
    tlv(0xf0, identifier),
    tlv(0xf1, Buffer.of(0x21)),
    tlv(0xf2, Buffer.of(0x21)),
    tlv(0xf3),
    tlv(0xf4, Buffer.of(0x00)),
    tlv(0xf5, Buffer.of(0x10)),
    ...[0xf6, 0xf7, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe].map((tag) => tlv(tag)),
  ]);
}

export type PinUsage = { readonly globalPin: boolean; readonly globalIsPrimary: boolean };

/** Discovery object (table 18): which PINs there are, and which the card asks for first. */
export function discovery({ globalPin, globalIsPrimary }: PinUsage): Buffer {
  const policy = globalPin ? Buffer.of(0x60, globalIsPrimary ? 0x20 : 0x10) : Buffer.of(0x40, 0x00);
  return Buffer.concat([tlv(0x4f, PIV_AID), tlv(0x5f2f, policy)]);
}

/** Key history (table 19): `retired` keys whose certificates are all on the card. */
export function keyHistory(retired: number): Buffer {
  return Buffer.concat([tlv(0xc1, Buffer.of(retired)), tlv(0xc2, Buffer.of(0)), tlv(0xfe)]);
}

function text(tag: number, value: string, limit: number): Buffer {
  return tlv(tag, Buffer.from(value, 'latin1').subarray(0, limit));
}

/** Printed information (table 14). `expires` is YYYYMMMDD, for example 2029JAN31. */
export function printedInformation(facts: {
  name: string;
  affiliation: string;
  expires: string;
  serial: string;
}): Buffer {
  return Buffer.concat([
    text(0x01, facts.name, 125),
    text(0x02, facts.affiliation, 20),
    text(0x04, facts.expires, 9),
    text(0x05, facts.serial, 20),
    text(0x06, 'WARDKEY-TEST', 15),
    tlv(0xfe),
  ]);
}

/** X.509 certificate object (table 10): CertInfo 01 says that the certificate is compressed. */
export function certificateObject(der: Uint8Array, options: { readonly gzip?: boolean } = {}): Buffer {
  const gzip = options.gzip === true;
  return Buffer.concat([tlv(0x70, gzip ? gzipSync(der) : der), tlv(0x71, Buffer.of(gzip ? 1 : 0)), tlv(0xfe)]);
}

/** Application property template, the answer to SELECT (SP 800-73-4 part 2, table 3). */
export function applicationProperties(algorithms: readonly number[]): Buffer {
  return tlv(
    0x61,
    tlv(0x4f, PIV_AID.subarray(5)),
    tlv(0x79, tlv(0x4f, PIV_AID.subarray(0, 5))),
    tlv(0x50, Buffer.from('Wardkey virtual PIV', 'latin1')),
    tlv(0xac, ...algorithms.map((identifier) => tlv(0x80, Buffer.of(identifier))), tlv(0x06, Buffer.of(0x00))),
  );
}
