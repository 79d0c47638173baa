import { sameOctets } from '../../octets.ts';
import { DerError } from '../der/der-error.ts';
import { DerReader, enterWhole } from '../der/der-reader.ts';
import { boolean, integerOctets, largeInteger, namedBits, smallInteger, time, wholeOctets } from '../der/der-values.ts';
import { BIT_STRING, context, contextConstructed, ENUMERATED, INTEGER, SEQUENCE } from '../der/tags.ts';
import { readSignatureAlgorithm, type SignatureAlgorithm, sameAlgorithm } from './algorithm.ts';
import {
  type AuthorityKeyIdentifier,
  authorityKeyIdentifier,
  type DistributionPoint,
  distributionPoints,
  generalNames,
  onlyPrimitive,
  type PointName,
  readExtensions,
  readPointName,
} from './extensions.ts';
import { type Name, readName } from './name.ts';
import { EXTENSION } from './oids.ts';
import { REASONS, type RevocationReason } from './revocation-reason.ts';

const WHAT = 'revocation list';
const MAX_ENTRIES = 4_000_000;

/** RFC 5280, 5.2.5. */
export type IssuingDistributionPoint = {
  readonly der: Uint8Array;
  readonly name: PointName | null;
  readonly onlyUserCertificates: boolean;
  readonly onlyCaCertificates: boolean;
  readonly onlySomeReasons: number | null;
  readonly indirect: boolean;
  readonly onlyAttributeCertificates: boolean;
};

export type RevokedEntry = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason: RevocationReason;
};

/** A certificate revocation list (RFC 5280, section 5). Its entries stay in the bytes; they are found by an index. */
export type RevocationList = {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | null;
  readonly number: bigint | null;
  /** The number of the list that this one adds to; null: a complete list. */
  readonly deltaBase: bigint | null;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | null;
  readonly issuingDistributionPoint: IssuingDistributionPoint | null;
  readonly freshestCrl: readonly DistributionPoint[] | null;
  /** It or one of its entries says something critical that is not understood here: what it does not say cannot be relied on. */
  readonly unknownCritical: boolean;
  readonly entryCount: number;
  /** What it says of this certificate. @param serial content octets of the INTEGER */
  readonly find: (serial: Uint8Array, issuer: Name) => RevokedEntry | null;
};

/** @throws DerError where `der` is no version 1 or 2 list */
export function parseRevocationList(der: Uint8Array): RevocationList {
  const whole = enterWhole(der, SEQUENCE, WHAT);
  const tbsDer = whole.element(WHAT);
  const outer = readSignatureAlgorithm(whole, WHAT);
  const signature = wholeOctets(whole.read(BIT_STRING, WHAT), WHAT);
  whole.end(WHAT);

  const tbs = enterWhole(tbsDer, SEQUENCE, WHAT);
  const versionField = tbs.readIf(INTEGER, WHAT);
  const version = versionField === null ? 1 : smallInteger(versionField, WHAT) + 1;
  if (version > 2) throw new DerError(`${WHAT}: version`);
  const inner = readSignatureAlgorithm(tbs, WHAT);
  if (!sameAlgorithm(inner, outer)) throw new DerError(`${WHAT}: two signature algorithms`);
  const issuer = readName(tbs, 'issuer');
  if (issuer.rdns.length === 0) throw new DerError('issuer: empty');
  const thisUpdate = readTime(tbs);
  const nextUpdate = tbs.atEnd || !isTime(tbs.peek()) ? null : readTime(tbs);
  const revoked = tbs.peek() === SEQUENCE ? tbs.element(WHAT) : null;
  const extensionsField = tbs.enterIf(contextConstructed(0), WHAT);
  tbs.end(WHAT);
  if (extensionsField !== null && version === 1) throw new DerError(`${WHAT}: extensions in version 1`);
  const extensions = readListExtensions(extensionsField);
  const entries = indexEntries(revoked, issuer, extensions.issuingDistributionPoint?.indirect ?? false);
  return {
    der,
    tbs: tbsDer,
    algorithm: outer.algorithm,
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    ...extensions,
    unknownCritical: extensions.unknownCritical || entries.unknownCritical,
    entryCount: entries.count,
    find: entries.find,
  };
}

const isTime = (tag: number | null) => tag === 0x17 || tag === 0x18;

function readTime(reader: DerReader): number {
  const tag = reader.peek() ?? 0;
  return time(tag, reader.read(tag, WHAT), WHAT);
}

type ListExtensions = Pick<
  RevocationList,
  'number' | 'deltaBase' | 'authorityKeyIdentifier' | 'issuingDistributionPoint' | 'freshestCrl' | 'unknownCritical'
>;

function readListExtensions(field: DerReader | null): ListExtensions {
  const found: { -readonly [Key in keyof ListExtensions]: ListExtensions[Key] } = {
    number: null,
    deltaBase: null,
    authorityKeyIdentifier: null,
    issuingDistributionPoint: null,
    freshestCrl: null,
    unknownCritical: false,
  };
  if (field === null) return found;
  const list = readExtensions(field.enter(SEQUENCE, WHAT), WHAT);
  field.end(WHAT);
  for (const { oid, critical, value } of list) {
    switch (oid) {
      case EXTENSION.crlNumber:
        found.number = largeInteger(onlyPrimitive(value, INTEGER, 'cRLNumber'), 'cRLNumber');
        break;
      case EXTENSION.deltaCrlIndicator:
        found.deltaBase = largeInteger(onlyPrimitive(value, INTEGER, 'deltaCRLIndicator'), 'deltaCRLIndicator');
        break;
      case EXTENSION.authorityKeyIdentifier:
        found.authorityKeyIdentifier = authorityKeyIdentifier(value);
        break;
      case EXTENSION.issuingDistributionPoint:
        found.issuingDistributionPoint = issuingDistributionPoint(value);
        break;
      case EXTENSION.freshestCrl:
        found.freshestCrl = distributionPoints(value, 'freshestCRL');
        break;
      case EXTENSION.issuerAltName:
        generalNames(value, 'issuerAltName');
        break;
      default:
        if (critical) found.unknownCritical = true;
    }
  }
  return found;
}

function issuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const what = 'issuingDistributionPoint';
  const reader = enterWhole(value, SEQUENCE, what);
  const name = readPointName(reader.enterIf(contextConstructed(0), what), what);
  const flag = (tag: number) => {
    const content = reader.readIf(context(tag), what);
    return content !== null && boolean(content, what);
  };
  const onlyUserCertificates = flag(1);
  const onlyCaCertificates = flag(2);
  const reasons = reader.readIf(context(3), what);
  const indirect = flag(4);
  const onlyAttributeCertificates = flag(5);
  reader.end(what);
  return {
    der: value,
    name,
    onlyUserCertificates,
    onlyCaCertificates,
    onlySomeReasons: reasons === null ? null : namedBits(reasons, what),
    indirect,
    onlyAttributeCertificates,
  };
}

type Entries = {
  readonly count: number;
  readonly unknownCritical: boolean;
  readonly find: RevocationList['find'];
};

/**
 * A hash table of offsets over the bytes: a list of 100,000 entries costs one pass and three arrays, no object an entry. In an
 * indirect list each entry belongs to the issuer that it or the last one before it named (RFC 5280, 5.3.3).
 */
function indexEntries(revoked: Uint8Array | null, listIssuer: Name, indirect: boolean): Entries {
  if (revoked === null) return { count: 0, unknownCritical: false, find: () => null };
  const list = enterWhole(revoked, SEQUENCE, WHAT);
  const starts: number[] = [];
  const owners: Name[] | null = indirect ? [] : null;
  let owner = listIssuer;
  let unknownCritical = false;
  while (!list.atEnd) {
    if (starts.length === MAX_ENTRIES) throw new DerError(`${WHAT}: too many entries`);
    const start = list.offset;
    const entry = readEntry(list.enter(SEQUENCE, WHAT));
    starts.push(start);
    if (entry.unknownCritical) unknownCritical = true;
    if (entry.issuer !== null) {
      if (!indirect) throw new DerError(`${WHAT}: an entry of another issuer`);
      owner = entry.issuer;
    }
    owners?.push(owner);
  }
  const table = new EntryTable(Int32Array.from(starts), revoked);
  return {
    count: table.size,
    unknownCritical,
    find: (serial, issuer) => {
      let found: RevokedEntry | null = null;
      for (const number of table.mayBe(serial)) {
        const entry = readEntry(table.entry(number));
        if (!sameOctets(entry.serial, serial)) continue;
        if (((owners === null ? listIssuer : owners[number]) ?? listIssuer).key !== issuer.key) continue;
        // Of several entries the one that revokes counts.
        found = { at: entry.at, reason: entry.reason };
        if (found.reason !== 'remove-from-crl') break;
      }
      return found;
    },
  };
}

/**
 * Entries by their serial numbers: those of one slot are chained, so that building it takes one step an entry even where all
 * have one serial number. Looking up is only ever done in lists whose signature holds.
 */
class EntryTable {
  readonly #starts: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #firsts: Int32Array;
  readonly #nexts: Int32Array;

  constructor(starts: Int32Array, bytes: Uint8Array) {
    this.#starts = starts;
    this.#bytes = bytes;
    this.#firsts = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(starts.length, 1)))).fill(-1);
    this.#nexts = new Int32Array(starts.length);
    // From the last to the first, so that a chain has the order of the list.
    for (let number = starts.length - 1; number >= 0; number--) {
      const slot = this.#slotOf(this.entry(number).read(INTEGER, WHAT));
      this.#nexts[number] = this.#firsts[slot] ?? -1;
      this.#firsts[slot] = number;
    }
  }

  get size(): number {
    return this.#starts.length;
  }

  entry(number: number): DerReader {
    return new DerReader(this.#bytes, this.#starts[number]).enter(SEQUENCE, WHAT);
  }

  /** Numbers of the entries whose serial number may be this one, in the order of the list. */
  *mayBe(serial: Uint8Array): Iterable<number> {
    for (let number = this.#firsts[this.#slotOf(serial)] ?? -1; number >= 0; number = this.#nexts[number] ?? -1) {
      yield number;
    }
  }

  #slotOf(serial: Uint8Array): number {
    return hashOf(serial) & (this.#firsts.length - 1);
  }
}

function hashOf(octets: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const octet of octets) hash = Math.imul(hash ^ octet, 0x0100_0193) ^ (hash >>> 15);
  hash ^= hash >>> 16;
  return Math.imul(hash, 0x7feb_352d) >>> 1;
}

type ReadEntry = {
  readonly serial: Uint8Array;
  readonly at: number;
  readonly reason: RevocationReason;
  readonly issuer: Name | null;
  readonly unknownCritical: boolean;
};

function readEntry(reader: DerReader): ReadEntry {
  const serial = integerOctets(reader.read(INTEGER, WHAT), WHAT);
  const at = readTime(reader);
  if (reader.atEnd) return { serial, at, reason: 'unspecified', issuer: null, unknownCritical: false };
  const list = readExtensions(reader.enter(SEQUENCE, WHAT), WHAT);
  reader.end(WHAT);
  let reason: RevocationReason = 'unspecified';
  let issuer: Name | null = null;
  let unknownCritical = false;
  for (const { oid, critical, value } of list) {
    switch (oid) {
      case EXTENSION.reasonCode: {
        const named = REASONS[smallInteger(onlyPrimitive(value, ENUMERATED, 'reasonCode'), 'reasonCode')];
        if (named === undefined || named === null) throw new DerError('reasonCode: unknown');
        reason = named;
        break;
      }
      case EXTENSION.certificateIssuer: {
        const directory = generalNames(value, 'certificateIssuer').find((name) => name.kind === 'directory');
        if (directory?.kind !== 'directory') throw new DerError('certificateIssuer: no name');
        issuer = directory.name;
        break;
      }
      case EXTENSION.invalidityDate:
        break;
      default:
        if (critical) unknownCritical = true;
    }
  }
  return { serial, at, reason, issuer, unknownCritical };
}
