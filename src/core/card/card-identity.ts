import { createHash } from 'node:crypto';
import { type CardIdentity, CERTIFICATE_SLOTS, type CertificateSlot } from '../contract/card-process.ts';
import { copyOf, hexOf } from '../octets.ts';
import { parseCertificateObject } from './piv/certificate-object.ts';
import { type Chuid, parseChuid, parseChuidBeginning } from './piv/chuid.ts';
import { CERTIFICATE, CHUID } from './piv/data-object.ts';
import type { ReadCertificate } from './piv/known-cards.ts';
import type { PivCard } from './piv/piv-card.ts';
import { isDenial, isMalformed, isTrouble } from './refusal.ts';

/** Who a card is: by its CHUID, else by its first certificate. Never by its reader or its ATR. */

/** The certificate that a session begins with: all that comes before it is waited for. */
export const SIGN_IN_SLOT = '9A';

export type PresentedChuid = { readonly key: string; readonly identity: CardIdentity };

/**
 * The CHUID up to its issuer's signature, in one APDU as a rule. Null: the card has none, none that can be understood, or
 * none with a GUID; two cards may then present the same one, and nothing is recalled by it.
 */
export async function readChuid(card: PivCard): Promise<PresentedChuid | null> {
  try {
    const read = await card.readBeginning(CHUID, (content) => parseChuidBeginning(content) !== null);
    if (read === null) return null;
    const chuid: Chuid | null = read.complete ? parseChuid(read.content) : parseChuidBeginning(read.content);
    if (chuid === null || chuid.guid === null) return null;
    const { guid, fascn, expires } = chuid;
    return { key: sha256(read.content), identity: { cardId: guid, guid, fascn, expires } };
  } catch (error) {
    if (isMalformed(error) || isDenial(error)) return null;
    throw error;
  }
}

export async function readCertificate(card: PivCard, slot: CertificateSlot): Promise<ReadCertificate> {
  const object = CERTIFICATE[slot];
  try {
    const read = await card.read(object);
    if (read === null) return { der: null, unreadable: false, content: null };
    // It may be remembered for long, and shall not hold on to a reader's buffers.
    const content = copyOf(read);
    return { der: parseCertificateObject(content, object.name), unreadable: false, content };
  } catch (error) {
    // Without the sign-in certificate nothing begins: trouble with it is worth another reading of the card.
    const bearable = isMalformed(error) || isDenial(error) || (isTrouble(error) && slot !== SIGN_IN_SLOT);
    if (bearable) return { der: null, unreadable: true, content: null };
    throw error;
  }
}

/**
 * Whether the selected card is the one of this id. Asked in the same transaction as a passcode: between an order and its
 * execution another card may have come into the reader, and a try must never be spent on that one.
 */
export async function isCard(card: PivCard, cardId: string): Promise<boolean> {
  const chuid = await readChuid(card);
  if (chuid !== null) return chuid.identity.cardId === cardId;
  for (const slot of CERTIFICATE_SLOTS) {
    const { der } = await readCertificate(card, slot);
    if (der !== null) return identityByCertificate(der).cardId === cardId;
  }
  return false;
}

export function identityByCertificate(der: Uint8Array): CardIdentity {
  return { cardId: `cert-${sha256(der)}`, guid: null, fascn: null, expires: null };
}

function sha256(octets: Uint8Array): string {
  return hexOf(createHash('sha256').update(octets).digest());
}
