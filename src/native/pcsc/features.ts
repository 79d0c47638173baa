/** PC/SC part 10, table 2.3: the features that matter to PIN entry. */
export const FEATURES = {
  VERIFY_PIN_DIRECT: 0x06,
  MODIFY_PIN_DIRECT: 0x07,
  IFD_PIN_PROPERTIES: 0x0a,
  GET_TLV_PROPERTIES: 0x12,
} as const;

/** CM_IOCTL_GET_FEATURE_REQUEST, as it goes into the platform's control code. */
export const GET_FEATURE_REQUEST = 3400;

const ENTRY_BYTES = 6;
const MAX_ENTRIES = 32;

/**
 * Parses the answer to CM_IOCTL_GET_FEATURE_REQUEST (part 10, 2.2): entries of tag, length 4 and a big-endian control
 * code. An answer of any other form is a reader without features: nothing is guessed from it.
 */
export function parseFeatures(answer: Uint8Array): ReadonlyMap<number, number> {
  const features = new Map<number, number>();
  if (answer.length % ENTRY_BYTES !== 0 || answer.length > MAX_ENTRIES * ENTRY_BYTES) return features;
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  for (let at = 0; at < answer.length; at += ENTRY_BYTES) {
    if (view.getUint8(at + 1) !== 4) return new Map();
    features.set(view.getUint8(at), view.getUint32(at + 2));
  }
  return features;
}

/** The reader has a PIN pad: it can take a PIN and send it to the card by itself. */
export function hasPinPad(features: ReadonlyMap<number, number>): boolean {
  return features.has(FEATURES.VERIFY_PIN_DIRECT);
}
