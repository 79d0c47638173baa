import * as v from 'valibot';
import { FrameReader, MAX_REQUEST_JSON } from '../../../core/contract/control.ts';
import { type PageRequest, PageRequestSchema } from '../../../core/contract/page-channel.ts';
import { secretsBeside } from '../../../core/contract/view.ts';

/** More than any request needs, in bytes. */
export const MAX_MESSAGE = 8 * 1024;

export type PageMessage = PageRequest & { readonly secrets: readonly Uint8Array[] };

/** What a page asked: one whole frame, and no byte more. null when it is anything else; its secrets are overwritten then. */
export function parsePageMessage(bytes: Uint8Array): PageMessage | null {
  if (bytes.length > MAX_MESSAGE || !isOneFrame(bytes)) return null;
  const reader = new FrameReader(MAX_REQUEST_JSON);
  try {
    const [frame] = reader.push(bytes);
    if (frame === undefined) return null;
    const parsed = v.safeParse(PageRequestSchema, frame.json);
    const { secrets } = frame;
    // No secret is empty.
    const whole = secrets.every(({ length }) => length > 0);
    if (parsed.success && whole && secrets.length === secretsBeside(parsed.output.request)) {
      return { ...parsed.output, secrets: frame.secrets };
    }
    for (const secret of frame.secrets) secret.fill(0);
    return null;
  } catch {
    return null;
  } finally {
    reader.end();
  }
}

/** Whether the lengths in it (contract/control.ts) add up to just these bytes: a second frame's secrets are not even read. */
function isOneFrame(bytes: Uint8Array): boolean {
  if (bytes.length < 5) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = 5 + view.getUint32(0);
  for (let secret = 0; secret < view.getUint8(4); secret++) {
    if (end >= bytes.length) return false;
    end += 1 + view.getUint8(end);
  }
  return end === bytes.length;
}
