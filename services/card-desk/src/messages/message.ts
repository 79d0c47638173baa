import * as v from 'valibot';
import { DESK_LANGUAGES } from '../../../../src/core/contract/card-desk/shapes.ts';

export const MESSAGE_PURPOSES = ['unlock-code', 'address-code', 'unlocking', 'address-changed'] as const;
export type MessagePurpose = (typeof MESSAGE_PURPOSES)[number];

export const MessageSchema = v.strictObject({
  /** `nobody`: written, sealed and thrown away exactly as a real one, so that nobody can tell from outside. */
  channel: v.picklist(['email', 'mobile', 'nobody']),
  to: v.string(),
  language: v.picklist(DESK_LANGUAGES),
  code: v.nullable(v.string()),
});
/** Whom to tell what. It holds a code and an address: at rest it is sealed. */
export type Message = v.InferOutput<typeof MessageSchema>;

export type Outgoing = Message & { readonly id: string; readonly purpose: MessagePurpose };

/** A way to send. Rejects with a {@link DeliveryError}, whatever went wrong: other errors would carry the address. */
export interface Carrier {
  send(message: Outgoing): Promise<void>;
  close(): void;
}

export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Trying again would not help: no such mailbox, no such template. */
  readonly permanent: boolean;

  /** @param code of the protocol, which names nobody: `SMTP 550`, `ECONNREFUSED`, `Notify 400` */
  constructor(code: string, permanent: boolean) {
    super(code);
    this.permanent = permanent;
  }
}
