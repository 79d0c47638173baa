/** A command APDU as the card reads it (ISO/IEC 7816-3, 12.1). */
export type CommandApdu = {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** Command data; empty in cases 1 and 2. */
  readonly data: Uint8Array;
  /** Bytes that the terminal is ready to take, or null where the command has no Le field. */
  readonly ne: number | null;
  /** Lc or Le stood in the three-byte form. */
  readonly extended: boolean;
};

const NOTHING = new Uint8Array();

/** Reads the seven forms of ISO/IEC 7816-3 table 12; null where the lengths do not add up (the card says 6700). */
export function parseCommand(bytes: Uint8Array): CommandApdu | null {
  const [cla, ins, p1, p2] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return null;
  const body = bytes.subarray(4);
  const short = { cla, ins, p1, p2, extended: false };
  const first = body[0];
  if (first === undefined) return { ...short, data: NOTHING, ne: null };
  if (body.length === 1) return { ...short, data: NOTHING, ne: first === 0 ? 256 : first };
  if (first !== 0) {
    const data = body.subarray(1, 1 + first);
    const rest = body.subarray(1 + first);
    if (data.length !== first || rest.length > 1) return null;
    const le = rest[0];
    return { ...short, data, ne: le === undefined ? null : le === 0 ? 256 : le };
  }
  const long = { cla, ins, p1, p2, extended: true };
  const length = readUint16(body, 1);
  if (length === null) return null;
  if (body.length === 3) return { ...long, data: NOTHING, ne: length === 0 ? 65_536 : length };
  const data = body.subarray(3, 3 + length);
  const rest = body.subarray(3 + length);
  if (length === 0 || data.length !== length) return null;
  if (rest.length === 0) return { ...long, data, ne: null };
  const le = rest.length === 2 ? readUint16(rest, 0) : null;
  return le === null ? null : { ...long, data, ne: le === 0 ? 65_536 : le };
}

function readUint16(bytes: Uint8Array, at: number): number | null {
  const high = bytes[at];
  const low = bytes[at + 1];
  return high === undefined || low === undefined ? null : high * 256 + low;
}
