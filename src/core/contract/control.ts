import * as v from 'valibot';

/**
 * What other programs of the same user say to the running agent over its local socket. A frame is: length of the JSON (4
 * bytes, big-endian), number of secrets (1 byte), the JSON, then each secret as length (1 byte) and bytes. Secrets travel
 * outside the JSON so that they never become strings.
 */

/** What the agent says is a snapshot of all readers; what it is told is short. */
export const MAX_FRAME_JSON = 256 * 1024;
export const MAX_REQUEST_JSON = 4096;
const MAX_SECRETS = 2;
/** The longest is an email address (RFC 5321, section 4.5.3.1.3). */
export const MAX_SECRET = 254;

export const ControlRequestSchema = v.variant('command', [
  v.strictObject({ command: v.literal('status') }),
  /** The answer is followed by a frame for each change, until the caller hangs up. */
  v.strictObject({ command: v.literal('follow') }),
  v.strictObject({
    command: v.literal('attempt'),
    kind: v.picklist(['verify', 'change', 'unblock']),
    /** null: the only card there is. */
    reader: v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
    lastTry: v.boolean(),
  }),
  v.strictObject({ command: v.literal('lock') }),
  v.strictObject({ command: v.literal('resumed') }),
  /** Brings the window up, where the agent has one: what a second start of the program asks of the first. */
  v.strictObject({ command: v.literal('show') }),
  v.strictObject({ command: v.literal('stop') }),
]);
export type ControlRequest = v.InferOutput<typeof ControlRequestSchema>;

export type Frame = { readonly json: unknown; readonly secrets: readonly Uint8Array[] };

/**
 * A copy in memory of its own. Small typed arrays otherwise live in V8's moving heap, where overwriting them can miss a copy
 * that the collector made.
 */
function secretOf(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  const secret = new Uint8Array(new ArrayBuffer(to - from));
  secret.set(bytes.subarray(from, to));
  return secret;
}

export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export function encodeFrame(json: unknown, secrets: readonly Uint8Array[] = []): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(json));
  if (text.length > MAX_FRAME_JSON || secrets.length > MAX_SECRETS) throw new FrameError('frame too large');
  const length = 5 + text.length + secrets.reduce((sum, secret) => sum + 1 + secret.length, 0);
  const frame = new Uint8Array(new ArrayBuffer(length));
  const view = new DataView(frame.buffer);
  view.setUint32(0, text.length);
  view.setUint8(4, secrets.length);
  frame.set(text, 5);
  let offset = 5 + text.length;
  for (const secret of secrets) {
    if (secret.length > MAX_SECRET) throw new FrameError('secret too long');
    view.setUint8(offset, secret.length);
    frame.set(secret, offset + 1);
    offset += 1 + secret.length;
  }
  return frame;
}

/** Cuts a stream of bytes into frames. Bounded: throws a {@link FrameError} at the first byte that cannot be right. */
export class FrameReader {
  private buffer = new Uint8Array(0);
  private readonly maxJson: number;

  /** @param maxJson the longest JSON that is taken, in bytes */
  constructor(maxJson = MAX_FRAME_JSON) {
    this.maxJson = maxJson;
  }

  /** The frames that are complete with these bytes. What was read of them is overwritten: there may be secrets in it. */
  push(bytes: Uint8Array): Frame[] {
    const joined = new Uint8Array(this.buffer.length + bytes.length);
    joined.set(this.buffer);
    joined.set(bytes, this.buffer.length);
    this.buffer.fill(0);
    this.buffer = joined;
    const frames: Frame[] = [];
    for (let frame = this.next(); frame !== null; frame = this.next()) frames.push(frame);
    return frames;
  }

  /** Overwrites what has come of an unfinished frame: a caller that hangs up halfway leaves nothing behind. */
  end(): void {
    this.buffer.fill(0);
    this.buffer = new Uint8Array(0);
  }

  private next(): Frame | null {
    const { buffer } = this;
    if (buffer.length < 5) return null;
    const view = new DataView(buffer.buffer, buffer.byteOffset);
    const jsonLength = view.getUint32(0);
    const secretCount = view.getUint8(4);
    if (jsonLength > this.maxJson) throw new FrameError('frame too large');
    if (secretCount > MAX_SECRETS) throw new FrameError('too many secrets');
    let end = 5 + jsonLength;
    const places: Array<[number, number]> = [];
    for (let i = 0; i < secretCount; i++) {
      if (buffer.length <= end) return null;
      const length = view.getUint8(end);
      if (length > MAX_SECRET) throw new FrameError('secret too long');
      places.push([end + 1, end + 1 + length]);
      end += 1 + length;
    }
    if (buffer.length < end) return null;
    const secrets = places.map(([from, to]) => secretOf(buffer, from, to));
    const text = new TextDecoder().decode(buffer.subarray(5, 5 + jsonLength));
    const rest = buffer.slice(end);
    buffer.fill(0);
    this.buffer = rest;
    try {
      return { json: JSON.parse(text), secrets };
    } catch {
      for (const secret of secrets) secret.fill(0);
      throw new FrameError('not JSON');
    }
  }
}
