/** Bytes that are no DER, or not the structure that was expected. The message names the place, never the bytes. */
export class DerError extends Error {
  override readonly name = 'DerError';
}
