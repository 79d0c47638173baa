import { bitString, element, explicit, implicit, integer, namedBits, sequence, time } from '../../pki-corpus/der.ts';
import { type Extension, writeExtension } from '../../pki-corpus/extensions.ts';
import { directoryName, type Name, writeName } from '../../pki-corpus/names.ts';
import { SCHEMES } from '../../pki-corpus/signature-schemes.ts';
import { AT, DAY_MS, type Party } from './issued.ts';

/** Revocation lists for tests (RFC 5280, section 5), with all that a list can say of itself. */
export type ListDraft = {
  readonly issuer: Party;
  readonly number?: number | null;
  /** Milliseconds since 1970; null: none. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | null;
  readonly entries?: readonly Entry[];
  /** The number of the list that this delta adds to. */
  readonly deltaBase?: number;
  /** GeneralNames of the point that it belongs to. */
  readonly pointNames?: readonly Uint8Array[];
  readonly onlyUsers?: boolean;
  readonly onlyAuthorities?: boolean;
  /** Numbers of ReasonFlags. */
  readonly onlyReasons?: readonly number[];
  readonly indirect?: boolean;
  readonly extensions?: readonly Extension[];
};

export type Entry = {
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array;
  readonly at?: number;
  /** CRLReason. */
  readonly reason?: number;
  /** Of an indirect list. */
  readonly issuer?: Name;
  readonly extensions?: readonly Extension[];
};

export function writeList(draft: ListDraft): Uint8Array {
  const scheme = SCHEMES[draft.issuer.key.kind][0];
  const { number = 1, thisUpdate = AT - DAY_MS, nextUpdate = AT + DAY_MS, entries = [] } = draft;
  const extensions = [
    ...(number === null ? [] : [{ oid: '2.5.29.20', critical: false, value: integer(number) }]),
    ...(draft.deltaBase === undefined ? [] : [{ oid: '2.5.29.27', critical: true, value: integer(draft.deltaBase) }]),
    ...issuingDistributionPoint(draft),
    ...(draft.extensions ?? []),
  ];
  const tbs = sequence(
    integer(1),
    scheme.identifier,
    writeName(draft.issuer.name),
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    ...(entries.length === 0 ? [] : [sequence(Buffer.concat(entries.map(writeEntry)))]),
    ...(extensions.length === 0 ? [] : [explicit(0, sequence(...extensions.map(writeExtension)))]),
  );
  return sequence(tbs, scheme.identifier, bitString(scheme.sign(tbs, draft.issuer.key)));
}

function issuingDistributionPoint(draft: ListDraft): readonly Extension[] {
  const flag = (number: number, value: boolean | undefined) =>
    value === true ? [implicit(number, Uint8Array.of(0xff))] : [];
  const fields = [
    ...(draft.pointNames === undefined ? [] : [explicit(0, explicit(0, ...draft.pointNames))]),
    ...flag(1, draft.onlyUsers),
    ...flag(2, draft.onlyAuthorities),
    ...(draft.onlyReasons === undefined ? [] : [implicit(3, namedBits(draft.onlyReasons).slice(2))]),
    ...flag(4, draft.indirect),
  ];
  return fields.length === 0 ? [] : [{ oid: '2.5.29.28', critical: true, value: sequence(...fields) }];
}

function writeEntry({ serial, at = AT - 2 * DAY_MS, reason, issuer, extensions = [] }: Entry): Uint8Array {
  const all = [
    ...(reason === undefined
      ? []
      : [{ oid: '2.5.29.21', critical: false, value: element(0x0a, Uint8Array.of(reason)) }]),
    ...(issuer === undefined ? [] : [{ oid: '2.5.29.29', critical: true, value: sequence(directoryName(issuer)) }]),
    ...extensions,
  ];
  return sequence(element(0x02, serial), time(at), ...(all.length === 0 ? [] : [sequence(...all.map(writeExtension))]));
}

export type PointDraft = {
  /** GeneralNames. */
  readonly names?: readonly Uint8Array[];
  /** Numbers of ReasonFlags. */
  readonly reasons?: readonly number[];
  readonly issuer?: Name;
};

/** CRLDistributionPoints of a certificate. */
export function distributionPoints(...points: readonly PointDraft[]): Extension {
  const value = sequence(
    ...points.map(({ names, reasons, issuer }) =>
      sequence(
        ...(names === undefined ? [] : [explicit(0, explicit(0, ...names))]),
        ...(reasons === undefined ? [] : [implicit(1, namedBits(reasons).slice(2))]),
        ...(issuer === undefined ? [] : [explicit(2, directoryName(issuer))]),
      ),
    ),
  );
  return { oid: '2.5.29.31', critical: false, value };
}
