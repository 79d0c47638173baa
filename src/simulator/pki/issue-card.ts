import { randomBytes } from 'node:crypto';
import type { CardKey } from '../card/card-key.ts';
import { type AdminKey, type CardState, padded, type SecretReference } from '../card/card-state.ts';
import {
  CERTIFICATE_OBJECT,
  capabilityContainer,
  certificateObject,
  chuid,
  discovery,
  keyHistory,
  OBJECT,
  PIV_SLOTS,
  type PivSlot,
  printedInformation,
} from '../card/data-objects.ts';
import type { KeyAlgorithm } from '../card/key-algorithm.ts';
import { type CardEnvironment, VirtualPivCard } from '../card/piv-card.ts';
import { CARD_PROFILES, type CardProfile, type ProfileName } from '../card/profiles.ts';
import { testKeys } from './key-pool.ts';
import { ADA, type Person } from './person.ts';
import { type TestAuthority, testAuthority, type Validity } from './test-authority.ts';

/** Well-known secrets of every test card that asks for no others. */
export const TEST_PIN = '246810';
export const TEST_PUK = '87654321';
export const TEST_ADMIN_KEY: AdminKey = {
  algorithm: '3des',
  value: '010203040506070801020304050607080102030405060708',
};

const DAY_MS = 24 * 3_600_000;

export type SlotKeys = Partial<Record<PivSlot, KeyAlgorithm | null>>;

export type CardOrder = {
  readonly person?: Person;
  /** How the card behaves: a column of the table, 'embedded-c' unless told. */
  readonly profile?: ProfileName;
  /** Single behaviours or an ATR that differ from the profile. */
  readonly traits?: Partial<CardProfile>;
  /** One kind for all four slots, or one for each (null: an empty slot). RSA 2048 unless told. */
  readonly keys?: KeyAlgorithm | SlotKeys;
  /** Yesterday to three years from now unless told; single slots may differ. */
  readonly validity?: Validity | (Partial<Record<PivSlot, Validity>> & { readonly others: Validity });
  readonly gzip?: boolean;
  readonly pin?: string;
  readonly puk?: string;
  readonly adminKey?: AdminKey;
  /** A PIN shared by the whole card (reference 00), and whether it comes first. None unless told. */
  readonly globalPin?: { readonly value: string; readonly primary: boolean };
  /** 16 bytes; random unless told. */
  readonly guid?: Uint8Array;
  /** Length of the issuer's signature in the CHUID, in bytes: 0 unless told; real ones take 1,500 to 3,000. */
  readonly chuidSignatureBytes?: number;
  readonly authority?: TestAuthority;
  readonly environment?: Partial<CardEnvironment>;
};

/** A card with keys, certificates and objects, ready to be put into a reader. */
export async function issueCard(order: CardOrder = {}): Promise<VirtualPivCard> {
  return new VirtualPivCard(await issueCardState(order), order.environment);
}

/** The same as data: what the process that plays a card is given. */
export async function issueCardState(order: CardOrder = {}): Promise<CardState> {
  const person = order.person ?? ADA;
  const base: CardProfile = CARD_PROFILES[order.profile ?? 'embedded-c'];
  const profile: CardProfile = { ...base, ...order.traits };
  const state: CardState = {
    profile: { ...profile, generates: [...profile.generates] },
    pin: secret(order.pin ?? TEST_PIN, profile.pinTries),
    puk: secret(order.puk ?? TEST_PUK, profile.pukTries),
    globalPin: order.globalPin === undefined ? null : secret(order.globalPin.value, profile.pinTries),
    adminKey: { ...(order.adminKey ?? TEST_ADMIN_KEY) },
    objects: {},
    keys: {},
  };
  const put = (tag: string, content: Uint8Array) => {
    state.objects[tag] = Buffer.from(content).toString('hex');
  };

  const authority = order.authority ?? (await testAuthority());
  let lastDay = 0;
  const slots = await Promise.all(PIV_SLOTS.map((slot) => fillSlot(slot, person, authority, order)));
  for (const filled of slots) {
    if (filled === null) continue;
    const { slot, key, certificate, validity } = filled;
    lastDay = Math.max(lastDay, validity.notAfter.getTime());
    state.keys[slot] = { algorithm: key.algorithm, pkcs8: key.pkcs8().toString('base64') };
    put(CERTIFICATE_OBJECT[slot], certificateObject(certificate, { gzip: order.gzip ?? false }));
  }

  const expires = new Date(lastDay);
  put(
    OBJECT.chuid,
    chuid({
      guid: order.guid ?? randomBytes(16),
      expires: expires.toISOString().slice(0, 10).replaceAll('-', ''),
      signature: randomBytes(order.chuidSignatureBytes ?? 0),
    }),
  );
  put(OBJECT.capabilityContainer, capabilityContainer(randomBytes(14)));
  const globalIsPrimary = order.globalPin?.primary ?? false;
  put(OBJECT.discovery, discovery({ globalPin: order.globalPin !== undefined, globalIsPrimary }));
  put(OBJECT.keyHistory, keyHistory(0));
  put(
    OBJECT.printedInformation,
    printedInformation({
      name: person.name,
      affiliation: 'Wardkey Test',
      expires: printedDate(expires),
      serial: person.uuid,
    }),
  );
  return state;
}

function secret(value: string, triesLeft: number): SecretReference {
  return { value: padded(value), triesLeft };
}

type FilledSlot = { slot: PivSlot; key: CardKey; certificate: Uint8Array; validity: Validity };

async function fillSlot(
  slot: PivSlot,
  person: Person,
  authority: TestAuthority,
  order: CardOrder,
): Promise<FilledSlot | null> {
  const algorithm = algorithmFor(slot, order.keys ?? 'rsa2048');
  if (algorithm === null) return null;
  const key = await testKeys.take(algorithm);
  const validity = validityFor(slot, order.validity);
  return { slot, key, validity, certificate: await authority.issue({ person, slot, key, validity }) };
}

/** Ed25519 cannot agree on a key and X25519 cannot sign: a card "of that kind" has one in 9D and the other elsewhere. */
function algorithmFor(slot: PivSlot, keys: KeyAlgorithm | SlotKeys): KeyAlgorithm | null {
  if (typeof keys !== 'string') return keys[slot] ?? null;
  if (keys === 'ed25519' || keys === 'x25519') return slot === '9d' ? 'x25519' : 'ed25519';
  return keys;
}

function validityFor(slot: PivSlot, validity: CardOrder['validity']): Validity {
  if (validity === undefined) {
    const now = Date.now();
    return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 3 * 365 * DAY_MS) };
  }
  return 'others' in validity ? (validity[slot] ?? validity.others) : validity;
}

/** 2029JAN31, as printed on the card's face. */
function printedDate(date: Date): string {
  const month = date.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' }).slice(0, 3).toUpperCase();
  return `${date.getUTCFullYear()}${month}${String(date.getUTCDate()).padStart(2, '0')}`;
}
