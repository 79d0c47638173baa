/** Why nothing came. Stable codes; docs and audit lines may hold them. */
export const FETCH_FAILURES = [
  /** The name led to no address: unknown, or no name service is there to ask. */
  'name-not-found',
  /** No connection, or one that broke before the answer was whole; also a proxy that cannot be used. */
  'unreachable',
  /** One of the three time limits was reached. */
  'timed-out',
  /** More bytes than the limit, sent or announced. */
  'too-large',
  /** An answer other than 200, from the server or from the proxy; `status` is null where the answer was not HTTP. */
  'refused-status',
  /** A redirect that is not followed: from https to http, to another scheme, in a circle, the fourth one, or of a POST by 301 to 303. */
  'redirect-refused',
  /** The TLS handshake failed, the server's certificate is not trusted, or the extra authorities cannot be read. */
  'tls',
  /** An address to which nobody is sent: not http or https, with a user's name, too long, or one that address-rules.ts refuses. */
  'address-refused',
  /** The answer is compressed although that was not asked for. */
  'encoded',
  /** The caller's signal. */
  'aborted',
] as const;
export type FetchFailureReason = (typeof FETCH_FAILURES)[number];

/** Thrown between the parts of a fetch only; `fetchBounded` hands it on as a value. It carries nothing of URL or answer. */
export class FetchFailure extends Error {
  readonly reason: FetchFailureReason;
  readonly status: number | null;

  constructor(reason: FetchFailureReason, status: number | null = null) {
    super(reason);
    this.reason = reason;
    this.status = status;
  }
}

/** `code` of an error of the operating system, of OpenSSL or of Node's parser; '' where it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
