import type { CardOperation } from '../contract/card-process.ts';

/** The PINs and PUKs inside an operation: the arrays themselves, to be overwritten. */
export function secretsOf(operation: CardOperation): Uint8Array[] {
  switch (operation.kind) {
    case 'read':
    case 'pin-status':
    case 'desk-signature':
    case 'admin-witness':
    case 'admin-response':
      return [];
    case 'verify':
    case 'desk-sign-in':
      return [operation.pin];
    case 'change':
      return [operation.pin, operation.newPin];
    case 'unblock':
      return [operation.puk, operation.newPin];
    case 'desk-unblock':
      return [operation.puk, operation.newPin, ...(operation.nextPuk === null ? [] : [operation.nextPuk])];
  }
}
