import {
  bitString,
  element,
  explicit,
  integer,
  integerOf,
  objectIdentifier,
  octetString,
  sequence,
  time,
} from './der.ts';
import { authorityKeyIdentifier, writeExtension } from './extensions.ts';
import { type Name, writeName } from './names.ts';
import type { SignatureScheme } from './signature-schemes.ts';
import type { SigningKey } from './signing-keys.ts';

const CRL_NUMBER = '2.5.29.20';
/** reasonCode keyCompromise (RFC 5280 5.3.1). */
const KEY_COMPROMISE = sequence(objectIdentifier('2.5.29.21'), octetString(element(0x0a, Uint8Array.of(1))));

export type RevocationListDraft = {
  readonly issuer: Name;
  readonly issuerKey: SigningKey;
  readonly scheme: SignatureScheme;
  /** Milliseconds since 1970, whole seconds. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly number: number;
  /** Content octets of the serial numbers. */
  readonly revoked: readonly Uint8Array[];
};

/** Writes and signs a complete CRL (RFC 5280 5.1). Every entry carries a reason, as those of large authorities do. */
export function writeRevocationList(draft: RevocationListDraft): Uint8Array {
  const { scheme, issuerKey } = draft;
  const revokedAt = time(draft.thisUpdate);
  const reason = sequence(KEY_COMPROMISE);
  const entries = draft.revoked.map((serial) => sequence(integerOf(serial), revokedAt, reason));
  const toBeSigned = sequence(
    integer(1),
    scheme.identifier,
    writeName(draft.issuer),
    revokedAt,
    time(draft.nextUpdate),
    // In one piece: 100,000 arguments are too many for a call.
    ...(entries.length === 0 ? [] : [sequence(Buffer.concat(entries))]),
    explicit(
      0,
      sequence(
        writeExtension(authorityKeyIdentifier(issuerKey.identifier)),
        writeExtension({ oid: CRL_NUMBER, critical: false, value: integer(draft.number) }),
      ),
    ),
  );
  return sequence(toBeSigned, scheme.identifier, bitString(scheme.sign(toBeSigned, issuerKey)));
}
