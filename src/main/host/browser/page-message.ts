import * as v from 'valibot';
import { FrameReader, MAX_REQUEST_JSON } from '../../../core/contract/control.ts';
import { RequestIdSchema } from '../../../core/contract/page-channel.ts';
import { type ViewCommand, ViewCommandSchema } from '../../../core/contract/view.ts';

export type PageMessage = {
  readonly id: number;
  readonly command: ViewCommand;
  readonly secrets: readonly Uint8Array[];
};

/** What a page asked: one whole frame, and no byte more. null when it is anything else; its secrets are overwritten then. */
export function parsePageMessage(bytes: Uint8Array): PageMessage | null {
  const reader = new FrameReader(MAX_REQUEST_JSON);
  try {
    const frames = reader.push(bytes);
    const [frame] = frames;
    const message = frame === undefined ? null : messageOf(frame.json, frame.secrets);
    if (message !== null && frames.length === 1 && lengthOf(bytes, message.secrets) === bytes.length) return message;
    for (const { secrets } of frames) for (const secret of secrets) secret.fill(0);
    return null;
  } catch {
    return null;
  } finally {
    reader.end();
  }
}

function messageOf(json: unknown, secrets: readonly Uint8Array[]): PageMessage | null {
  if (typeof json !== 'object' || json === null) return null;
  const { id, ...rest }: { id?: unknown } = json;
  const parsed = v.safeParse(v.tuple([RequestIdSchema, ViewCommandSchema]), [id, rest]);
  if (!parsed.success) return null;
  const [number, command] = parsed.output;
  return secrets.length === secretsOf(command) ? { id: number, command, secrets } : null;
}

function secretsOf(command: ViewCommand): number {
  if (command.command !== 'attempt') return 0;
  return command.kind === 'change' ? 2 : 1;
}

/** How long the first frame in `bytes` is. */
function lengthOf(bytes: Uint8Array, secrets: readonly Uint8Array[]): number {
  const json = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  return secrets.reduce((sum, secret) => sum + 1 + secret.length, 5 + json);
}
