import type { CardOperation } from '../../core/contract/card-process.ts';

/** The PINs and PUKs inside an operation: the arrays themselves, to be overwritten. */
export function secretsOf(operation: CardOperation): Uint8Array[] {
  switch (operation.kind) {
    case 'read':
    case 'pin-status':
      return [];
    case 'verify':
      return [operation.pin];
    case 'change':
      return [operation.pin, operation.newPin];
    case 'unblock':
      return [operation.puk, operation.newPin];
  }
}

export function overwriteSecrets(operation: CardOperation): void {
  for (const secret of secretsOf(operation)) secret.fill(0);
}

/**
 * The operation with its secrets in memory of their own, which can be moved to another thread instead of copied; those
 * handed in are overwritten. (Bytes that came in a message are a window on that whole message.)
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
      return operation;
    case 'verify':
      return { ...operation, pin: Uint8Array.from(operation.pin) };
    case 'change':
      return { ...operation, pin: Uint8Array.from(operation.pin), newPin: Uint8Array.from(operation.newPin) };
    case 'unblock':
      return { ...operation, puk: Uint8Array.from(operation.puk), newPin: Uint8Array.from(operation.newPin) };
  }
}
