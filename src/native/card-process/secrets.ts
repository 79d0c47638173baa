import { secretsOf } from '../../core/card/secrets-of.ts';
import type { CardOperation } from '../../core/contract/card-process.ts';

export function overwriteSecrets(operation: CardOperation): void {
  for (const secret of secretsOf(operation)) secret.fill(0);
}

/**
 * The operation with all its bytes in memory of their own: its secrets can be moved to another thread instead of copied; those
 * handed in are overwritten. Bytes that came in a message are a window on that whole message, and it is overwritten when it
 * has been heard: what is no secret, and waits for its turn, must not go with it.
 */
export function takeSecrets(operation: CardOperation): CardOperation {
  const taken = detached(operation);
  overwriteSecrets(operation);
  return taken;
}

/** The memory behind the secrets of an operation that came from {@link takeSecrets}. */
export function memoryOfSecrets(operation: CardOperation): ArrayBuffer[] {
  return secretsOf(operation).flatMap((secret) => (secret.buffer instanceof ArrayBuffer ? secret.buffer : []));
}

function detached(operation: CardOperation): CardOperation {
  switch (operation.kind) {
    case 'read':
    case 'pin-status':
    case 'admin-witness':
      return operation;
    case 'desk-signature':
      return { ...operation, message: copyOf(operation.message) };
    case 'admin-response':
      return { ...operation, witness: copyOf(operation.witness), challenge: copyOf(operation.challenge) };
    case 'verify': {
      const { pin, prove } = operation;
      return { ...operation, pin: copyOf(pin), ...(prove === undefined ? {} : { prove: detachedProof(prove) }) };
    }
    case 'desk-sign-in':
      return { ...operation, pin: copyOf(operation.pin) };
    case 'change':
      return { ...operation, pin: copyOf(operation.pin), newPin: copyOf(operation.newPin) };
    case 'unblock':
      return { ...operation, puk: copyOf(operation.puk), newPin: copyOf(operation.newPin) };
    case 'desk-unblock': {
      const { puk, nextPuk, newPin } = operation;
      return {
        ...operation,
        puk: copyOf(puk),
        nextPuk: nextPuk === null ? null : copyOf(nextPuk),
        newPin: copyOf(newPin),
      };
    }
  }
}

function detachedProof(prove: NonNullable<Extract<CardOperation, { kind: 'verify' }>['prove']>): typeof prove {
  return { ...prove, publicKey: copyOf(prove.publicKey), message: copyOf(prove.message) };
}

/**
 * A copy that stays where it is. Without an ArrayBuffer of its own, an array of up to 64 bytes lives in V8's heap: collecting
 * garbage moves it, the first look at its buffer copies it, and overwriting reaches only the last of these copies.
 */
function copyOf(secret: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(secret.length));
  copy.set(secret);
  return copy;
}

/** Overwrites all bytes in a message of unknown form, however deep they lie. */
export function overwriteAllBytes(message: unknown): void {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [message];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Uint8Array) value.fill(0);
    else for (const part of Object.values(value)) waiting.push(part);
  }
}
