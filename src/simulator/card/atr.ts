/**
 * Answers to reset of real tokens, as users of pcsc-tools recorded them in its public smartcard_list.txt. Programs guess
 * the make of a card from these, so the virtual card wears them whole.
 */
export const ATR = {
  /** IDEMIA ID-One PIV/CIV on Cosmo V8: contact card. */
  'idemia-id-one-v8': '3bd6970081b1fe451f878031c152411a2b',
  /** IDEMIA ID-One PIV 2.4: contact card. */
  'idemia-id-one-2.4': '3bd6970081b1fe451f878031c152211a4b',
  /** Yubico YubiKey 5 over USB. */
  'yubikey-5': '3bfd1300008131fe158073c021c057597562694b657940',
  /** CanoKey over USB. */
  canokey: '3bf71100008131fe6543616e6f6b657999',
  /** Nitrokey 3C over NFC. */
  'nitrokey-3c-nfc': '3b8c01805a4e6974726f6b657920337d',
} as const;

export type AtrName = keyof typeof ATR;

export const ATR_NAMES = [
  'idemia-id-one-v8',
  'idemia-id-one-2.4',
  'yubikey-5',
  'canokey',
  'nitrokey-3c-nfc',
] as const satisfies readonly AtrName[];

export function atrBytes(name: AtrName): Uint8Array {
  return Uint8Array.from(Buffer.from(ATR[name], 'hex'));
}
