import {
  type CardIdentity,
  type CardProgress,
  type CardSummary,
  CERTIFICATE_SLOTS,
  type CertificateSlot,
} from '../contract/card-process.ts';
import { copyOf, sameOctets } from '../octets.ts';
import { CardError } from './card-error.ts';
import { identityByCertificate, readCertificate, readChuid, SIGN_IN_SLOT } from './card-identity.ts';
import type { CardStay } from './card-stay.ts';
import { primaryPin, readPinUsagePolicy } from './pin-reference.ts';
import type { ApplicationProperties } from './piv/application.ts';
import { CERTIFICATE, KEY_HISTORY } from './piv/data-object.ts';
import { parseKeyHistory } from './piv/key-history.ts';
import type { Certificates, KnownCard, KnownCards, ReadCertificate } from './piv/known-cards.ts';
import { PIN_REFERENCE } from './piv/pin.ts';
import { PivCard } from './piv/piv-card.ts';
import { nullIfRefused } from './refusal.ts';

type OnProgress = (progress: CardProgress) => void;

const OTHER_SLOTS = CERTIFICATE_SLOTS.filter((slot) => slot !== SIGN_IN_SLOT);

/**
 * Reads a card: first what the next decision needs, then the rest, in transactions short enough for another program to come
 * in between. Rejects with a {@link CardError}; what was told by then stays true.
 */
export async function readCard(stay: CardStay, memory: KnownCards, onProgress: OnProgress): Promise<CardSummary> {
  const first = await stay.transaction(async () => {
    const card = new PivCard(stay.exchange);
    const properties = await card.select();
    const chuid = await readChuid(card);
    const known = chuid === null ? null : memory.recall(chuid.key);
    if (chuid !== null && known !== null) {
      await tellKnown(card, stay, known, onProgress);
      return { chuid, known };
    }
    const begun = await beginReading(card, chuid?.identity ?? null, onProgress);
    return { chuid, known: null, properties, ...begun };
  });
  if (first.known !== null) {
    await rereadKnown(stay, memory, first.chuid.key, first.known, onProgress);
    return { ...first.known.summary, apdus: stay.exchange.sent };
  }
  const read = await readRest(stay, first, onProgress);
  if (first.chuid !== null) memory.remember(first.chuid.key, read);
  return { ...read.summary, apdus: stay.exchange.sent };
}

async function tellKnown(card: PivCard, stay: CardStay, known: KnownCard, onProgress: OnProgress): Promise<void> {
  onProgress({ kind: 'recognised', identity: known.identity, known: true });
  for (const slot of CERTIFICATE_SLOTS) tellCertificate(slot, known.certificates[slot], onProgress, true);
  stay.notes.pinReference = known.pinReference;
  onProgress({ kind: 'pin-status', status: await card.pinStatus(known.pinReference) });
}

async function beginReading(card: PivCard, identity: CardIdentity | null, onProgress: OnProgress) {
  const telling = new Telling(identity, onProgress);
  const signIn = await readCertificate(card, SIGN_IN_SLOT);
  telling.certificate(SIGN_IN_SLOT, signIn);
  onProgress({ kind: 'pin-status', status: await card.pinStatus(PIN_REFERENCE.application) });
  return { telling, signIn };
}

type Begun = {
  readonly properties: ApplicationProperties;
  readonly telling: Telling;
  readonly signIn: ReadCertificate;
};

async function readRest(stay: CardStay, begun: Begun, onProgress: OnProgress): Promise<KnownCard> {
  const { telling, properties } = begun;
  const inBackground = async <T>(body: (card: PivCard) => Promise<T>): Promise<T> =>
    await stay.transaction(() => body(new PivCard(stay.exchange, { assumeSelected: true })));

  const read = async (slot: CertificateSlot): Promise<ReadCertificate> => {
    const certificate = await inBackground((card) => readCertificate(card, slot));
    telling.certificate(slot, certificate);
    return certificate;
  };
  const certificates: Certificates = {
    '9A': begun.signIn,
    '9C': await read('9C'),
    '9D': await read('9D'),
    '9E': await read('9E'),
  };
  const { pinPolicy, retiredKeys, pinReference } = await inBackground(async (card) => {
    const policy = await readPinUsagePolicy(card);
    const reference = primaryPin(policy);
    if (reference !== PIN_REFERENCE.application) {
      onProgress({ kind: 'pin-status', status: await card.pinStatus(reference) });
    }
    return { pinPolicy: policy, pinReference: reference, retiredKeys: await readRetiredKeys(card) };
  });
  stay.notes.pinReference = pinReference;
  const summary = { application: properties.label ?? properties.url, pinPolicy, retiredKeys };
  return { identity: telling.finish(), certificates, pinReference, summary };
}

/**
 * A card that says it is a known one: its sign-in certificate is read again in full and compared, of the others only the
 * beginning, where serial number and validity stand. What differs is told, and remembered instead.
 */
async function rereadKnown(
  stay: CardStay,
  memory: KnownCards,
  key: string,
  known: KnownCard,
  onProgress: OnProgress,
): Promise<void> {
  let certificates = known.certificates;
  const replace = (slot: CertificateSlot, certificate: ReadCertificate) => {
    certificates = { ...certificates, [slot]: certificate };
    // Until all is known again, nothing is: the card may go before the next transaction.
    memory.forget(key);
    tellCertificate(slot, certificate, onProgress);
  };
  await stay.transaction(async () => {
    const card = new PivCard(stay.exchange, { assumeSelected: true });
    const signIn = await readCertificate(card, SIGN_IN_SLOT);
    // Told again even if it is the same: whoever waits for this card wants to see it on the card.
    if (sameCertificate(signIn, known.certificates[SIGN_IN_SLOT])) tellCertificate(SIGN_IN_SLOT, signIn, onProgress);
    else replace(SIGN_IN_SLOT, signIn);
  });
  await stay.transaction(async () => {
    const card = new PivCard(stay.exchange, { assumeSelected: true });
    for (const slot of OTHER_SLOTS) {
      if (!(await beginsLike(card, slot, known.certificates[slot]))) replace(slot, await readCertificate(card, slot));
    }
  });
  if (certificates !== known.certificates) memory.remember(key, { ...known, certificates });
}

/** Tells certificates, and before the first of them who the card is: by its CHUID or else by that certificate. */
class Telling {
  #identity: CardIdentity | null;
  readonly #onProgress: OnProgress;
  readonly #untold: [CertificateSlot, ReadCertificate][] = [];

  constructor(identity: CardIdentity | null, onProgress: OnProgress) {
    this.#identity = identity;
    this.#onProgress = onProgress;
    if (identity !== null) onProgress({ kind: 'recognised', identity, known: false });
  }

  certificate(slot: CertificateSlot, certificate: ReadCertificate): void {
    if (this.#identity === null && certificate.der !== null) {
      this.#identity = identityByCertificate(certificate.der);
      this.#onProgress({ kind: 'recognised', identity: this.#identity, known: false });
    }
    this.#untold.push([slot, certificate]);
    if (this.#identity !== null) this.#tellAll();
  }

  /** A card without CHUID and without certificates is nobody's: 'object-absent'. */
  finish(): CardIdentity {
    this.#tellAll();
    if (this.#identity === null) throw new CardError({ code: 'object-absent', what: 'identity' });
    return this.#identity;
  }

  #tellAll(): void {
    for (const [slot, certificate] of this.#untold.splice(0)) tellCertificate(slot, certificate, this.#onProgress);
  }
}

function tellCertificate(
  slot: CertificateSlot,
  { der, unreadable }: ReadCertificate,
  onProgress: OnProgress,
  remembered = false,
): void {
  // A copy: sent to another process, a view would take the whole response along.
  onProgress({ kind: 'certificate', slot, der: der === null ? null : copyOf(der), unreadable, remembered });
}

/** Serial number and validity of a certificate stand in its first bytes, and compressed ones differ as early. */
const TELLING_BYTES = 200;

/** Whether the slot's object begins as it did when it was remembered. One that could not be read then is read again. */
async function beginsLike(card: PivCard, slot: CertificateSlot, remembered: ReadCertificate): Promise<boolean> {
  if (remembered.unreadable) return false;
  const same = await nullIfRefused(async () => {
    const now = await card.readBeginning(CERTIFICATE[slot], (content) => content.length >= TELLING_BYTES);
    if (now === null || remembered.content === null) return now === null && remembered.content === null;
    const begins = sameOctets(now.content, remembered.content.subarray(0, now.content.length));
    return begins && (!now.complete || now.content.length === remembered.content.length);
  });
  return same ?? false;
}

async function readRetiredKeys(card: PivCard): Promise<number | null> {
  return await nullIfRefused(async () => {
    const content = await card.read(KEY_HISTORY);
    return content === null ? null : parseKeyHistory(content).onCard;
  });
}

function sameCertificate(a: ReadCertificate, b: ReadCertificate): boolean {
  if (a.der === null || b.der === null) return a.der === b.der && a.unreadable === b.unreadable;
  return sameOctets(a.der, b.der);
}
