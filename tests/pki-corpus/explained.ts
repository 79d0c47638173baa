/** Where the product's word on a flaw differs from OpenSSL's, and why that is meant so. */
export type Explained = {
  /** The product's word. OpenSSL may say the opposite: on every chain with this flaw, or on some. */
  readonly ours: 'accepts' | 'refuses';
  readonly why: string;
};

const NOT_DER =
  'OpenSSL reads BER wherever it can and hashes the bytes as they came. A certificate is DER (X.690 10, 11; RFC 5280 4.1): what has two encodings has two readings, and fingerprints of both.';
const ONE_CANDIDATE =
  'OpenSSL takes the first issuer that fits by name, identifier and date, and never comes back from it. Here every candidate is tried (RFC 4158 2.2).';
const SELF_ISSUED =
  'Without key identifiers OpenSSL mistakes a self-issued certificate for the end of the chain, or takes the wrong one of two of the same name.';
const VERSION =
  'Extensions belong to version 3 and to no other (RFC 5280 4.1.2.9); OpenSSL asks that with -x509_strict only.';
const UPN =
  'OpenSSL knows no constraints on otherName but those of mail addresses beyond ASCII, and refuses the chain. Here user principal names are compared, for they say who signs in.';

/** By the name of the flaw. What is not here must be judged alike. */
export const EXPLAINED: ReadonlyMap<string, Explained> = new Map([
  ...all({ ours: 'refuses', why: NOT_DER }, [
    ...bothLevels('long-length-certificate'),
    ...bothLevels('long-length-to-be-signed'),
    ...bothLevels('long-length-serial'),
    ...bothLevels('long-length-extension'),
    ...bothLevels('long-length-in-extension'),
    ...bothLevels('indefinite-length-certificate'),
    ...bothLevels('indefinite-length-to-be-signed'),
    ...bothLevels('indefinite-length-in-extension'),
    ...bothLevels('trailing-bytes-certificate'),
    ...bothLevels('trailing-bytes-in-extension'),
    ...bothLevels('boolean-one-critical'),
    ...bothLevels('unused-bits-set'),
    'boolean-one-ca',
  ]),
  ...all({ ours: 'refuses', why: VERSION }, [...bothLevels('version-1-with-extensions'), 'version-2-with-extensions']),
  ...all({ ours: 'refuses', why: 'RFC 5280 4.1.2.1 knows three versions. OpenSSL reads any number.' }, [
    ...bothLevels('version-unknown'),
  ]),
  ...all(
    { ours: 'refuses', why: 'No extension twice (RFC 5280 4.2). OpenSSL notices it with those that it reads itself.' },
    [...bothLevels('duplicate-unknown-extension')],
  ),
  ...all({ ours: 'refuses', why: 'One extension at least where there is the field (RFC 5280 4.1, SIZE 1..MAX).' }, [
    'empty-extensions-leaf',
  ]),
  ...all(
    { ours: 'refuses', why: 'An authority has a name (RFC 5280 4.1.2.4); OpenSSL asks that with -x509_strict only.' },
    ['issuer-empty'],
  ),
  ...all({ ours: 'refuses', why: 'The extension must not be empty (RFC 5280 4.2.1.10). OpenSSL takes it for none.' }, [
    'constraints-empty',
  ]),
  ...all({ ours: 'refuses', why: 'The profile wants the purpose named; RFC 5280 and OpenSSL take silence for any.' }, [
    'purpose-absent',
    'version-1-leaf',
  ]),

  ...all(
    { ours: 'accepts', why: 'The profile takes smartcardLogon for signing in; OpenSSL was asked for clientAuth.' },
    ['purpose-smartcard-logon-only'],
  ),
  ...all(
    {
      ours: 'accepts',
      why: 'An issuer that may issue for any purpose restricts none; OpenSSL wants clientAuth itself.',
    },
    ['purpose-any-intermediate'],
  ),
  ...all(
    { ours: 'accepts', why: 'notAfter belongs to the validity (RFC 5280 4.1.2.5); OpenSSL ends a second before.' },
    ['none-at-not-after'],
  ),
  ...all(
    { ours: 'accepts', why: 'A key identifier helps to search and proves nothing: RFC 5280 6.1 does not read it.' },
    ['none-key-identifier-of-other-key'],
  ),
  ...all(
    {
      ours: 'refuses',
      why: 'The name may mean one that is excluded to whoever reads it next. OpenSSL compares what is written.',
    },
    [
      'may-be-excluded-wildcard',
      'may-be-excluded-dot-at-end',
      'may-be-excluded-mailbox-case',
      'may-be-excluded-mapped-address',
    ],
  ),
  ...all(
    {
      ours: 'refuses',
      why: 'An address with a numeric host must be refused where URIs are constrained (RFC 5280 4.2.1.10).',
    },
    ['uri-with-numeric-host-beside-excluded'],
  ),
  ...all(
    {
      ours: 'accepts',
      why: 'The host of a URI begins behind its user (RFC 3986 3.2); OpenSSL takes both for the host.',
    },
    ['none-permitted-uri-with-user-and-port'],
  ),
  ...all({ ours: 'accepts', why: UPN }, ['none-permitted-upn', 'none-not-excluded-upn']),
  ...all({ ours: 'accepts', why: SELF_ISSUED }, [
    'none-self-issued',
    'none-self-issued-by-anchor',
    'none-path-length-fits-self-issued',
    'none-self-issued-outside-permitted',
    'none-any-policy-inhibited-self-issued-not-counted',
    'none-any-policy-in-self-issued',
  ]),
  ...all({ ours: 'accepts', why: ONE_CANDIDATE }, [
    'none-anchors-of-one-name',
    'none-anchors-of-one-name-without-identifiers',
    'none-intermediates-of-one-name',
    'none-intermediates-of-one-name-without-identifiers',
    'none-badly-signed-twin',
    'none-cross-certified-by-untrusted',
    'none-cross-certified-only-other-works',
  ]),
]);

function all(explained: Explained, flaws: readonly string[]): ReadonlyArray<readonly [string, Explained]> {
  return flaws.map((flaw) => [flaw, explained] as const);
}

function bothLevels(name: string): readonly string[] {
  return [`${name}-leaf`, `${name}-intermediate`];
}
