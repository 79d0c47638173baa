import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { AdminAuthentication, type DynamicTemplate } from './admin-authentication.ts';
import { ApduTransport, type WholeCommand } from './apdu-transport.ts';
import { parseTlvs, tlv } from './ber-tlv.ts';
import { CardKey, generateCardKey, type RandomSource } from './card-key.ts';
import { type CardState, CardStateSchema } from './card-state.ts';
import { applicationProperties, OBJECT, PIN_GATED, PIV_AID } from './data-objects.ts';
import { ALGORITHM_IDENTIFIER, algorithmOf, type KeyAlgorithm } from './key-algorithm.ts';
import { SecretReferences } from './secret-references.ts';
import { type Outcome, refuse, SW, succeed } from './status-word.ts';

const INS = {
  verify: 0x20,
  changeReferenceData: 0x24,
  resetRetryCounter: 0x2c,
  generateAsymmetric: 0x47,
  generalAuthenticate: 0x87,
  select: 0xa4,
  getData: 0xcb,
  putData: 0xdb,
} as const;

const SHORTEST_AID = 5;
const ADMIN_KEY = 0x9b;
const SIGNATURE_KEY = 0x9c;
const CARD_AUTHENTICATION_KEY = 0x9e;

/** What the card takes from outside itself: nothing but chance. */
export type CardEnvironment = {
  readonly random: RandomSource;
  /** Makes the key of a GENERATE; slow for RSA, so a test may hand out prepared ones. */
  readonly generateKey: (algorithm: KeyAlgorithm, random: RandomSource) => CardKey;
};

const REAL_ENVIRONMENT: CardEnvironment = { random: randomBytes, generateKey: generateCardKey };

/**
 * A PIV card (SP 800-73-4) with real keys, whole but for secure messaging and biometrics. It answers at once, knows no
 * clock, and does the same thing every time for the same state, commands and random bytes.
 */
export class VirtualPivCard {
  readonly #state: CardState;
  readonly #keys = new Map<number, CardKey>();
  readonly #environment: CardEnvironment;
  readonly #transport: ApduTransport;
  readonly #secrets: SecretReferences;
  readonly #admin: AdminAuthentication;
  #powered = false;
  #selected = false;

  /** @param state is copied. @throws valibot's ValiError where it is not a card's state */
  constructor(state: CardState, environment: Partial<CardEnvironment> = {}) {
    this.#state = v.parse(CardStateSchema, structuredClone(state));
    this.#environment = { ...REAL_ENVIRONMENT, ...environment };
    for (const [slot, { algorithm, pkcs8 }] of Object.entries(this.#state.keys)) {
      this.#keys.set(Number.parseInt(slot, 16), CardKey.fromPkcs8(algorithm, Buffer.from(pkcs8, 'base64')));
    }
    this.#transport = new ApduTransport(this.#state.profile);
    this.#secrets = new SecretReferences(this.#state);
    const { adminKey, profile } = this.#state;
    this.#admin = new AdminAuthentication(adminKey, profile.wrongAdminResponse, this.#environment.random);
  }

  get atr(): Uint8Array {
    return Uint8Array.from(Buffer.from(this.#state.profile.atr, 'hex'));
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** All that outlives the power, to be given to a new card: counters and keys as they stand now. */
  snapshot(): CardState {
    return structuredClone(this.#state);
  }

  powerOn(): Uint8Array {
    return this.reset();
  }

  powerOff(): void {
    this.#forget();
    this.#powered = false;
  }

  /** Cold or warm: what was proven, selected or half-sent is gone. Answers the ATR. */
  reset(): Uint8Array {
    this.#forget();
    this.#powered = true;
    return this.atr;
  }

  /** @throws Error when the card has no power: a reader never lets that happen. */
  transmit(command: Uint8Array): Uint8Array {
    if (!this.#powered) throw new Error('the card has no power');
    return this.#transport.exchange(command, (whole) => this.#execute(whole));
  }

  #forget(): void {
    this.#transport.clear();
    this.#secrets.forgetProofs();
    this.#admin.forgetProofs();
    this.#selected = this.#state.profile.selectedAfterReset;
  }

  #execute({ ins, p1, p2, data }: WholeCommand): Outcome {
    if (ins === INS.select) return this.#select(p1, data);
    if (!this.#selected) return refuse(SW.commandNotAllowed);
    switch (ins) {
      case INS.verify:
        return this.#secrets.verify(p1, p2, data);
      case INS.changeReferenceData:
        return this.#secrets.change(p1, p2, data);
      case INS.resetRetryCounter:
        return this.#secrets.unblock(p1, p2, data);
      case INS.getData:
        return this.#getData(p1, p2, data);
      case INS.putData:
        return this.#putData(p1, p2, data);
      case INS.generalAuthenticate:
        return this.#generalAuthenticate(p1, p2, data);
      case INS.generateAsymmetric:
        return this.#generate(p1, p2, data);
      default:
        return refuse(SW.instructionNotSupported);
    }
  }

  /** SELECT by the full AID or any beginning of it from the provider's part on (SP 800-73-4 part 2, 3.1.1). */
  #select(p1: number, aid: Uint8Array): Outcome {
    if (p1 !== 0x04) return refuse(SW.wrongParameters);
    const known = aid.length >= SHORTEST_AID && PIV_AID.subarray(0, aid.length).equals(aid);
    if (!known) return refuse(this.#selected ? this.#state.profile.unknownApplication : SW.notFound);
    if (!this.#state.profile.pinSurvivesSelect) {
      this.#secrets.forgetProofs();
      this.#admin.forgetProofs();
    }
    this.#selected = true;
    return succeed(applicationProperties(this.#state.profile.generates.map((name) => ALGORITHM_IDENTIFIER[name])));
  }

  /** GET DATA (3.1.2). */
  #getData(p1: number, p2: number, data: Uint8Array): Outcome {
    if (p1 !== 0x3f || p2 !== 0xff) return refuse(SW.wrongParameters);
    const [list, ...more] = parseTlvs(data) ?? [];
    if (list === undefined || list.tag !== 0x5c || more.length > 0) return refuse(SW.wrongData);
    const tag = Buffer.from(list.value).toString('hex');
    if (PIN_GATED.has(tag) && !this.#secrets.pinVerified) return refuse(SW.securityStatusNotSatisfied);
    const content = this.#state.objects[tag];
    if (content === undefined) return refuse(SW.notFound);
    return succeed(tlv(tag === OBJECT.discovery ? 0x7e : 0x53, Buffer.from(content, 'hex')));
  }

  /** PUT DATA (3.3.1). An empty 53 deletes. */
  #putData(p1: number, p2: number, data: Uint8Array): Outcome {
    if (p1 !== 0x3f || p2 !== 0xff) return refuse(SW.wrongParameters);
    if (!this.#admin.authenticated) return refuse(SW.securityStatusNotSatisfied);
    const [first, second, ...more] = parseTlvs(data) ?? [];
    if (first === undefined || more.length > 0) return refuse(SW.wrongData);
    if (first.tag === 0x7e && second === undefined) return this.#store(OBJECT.discovery, first.value);
    if (first.tag !== 0x5c || second?.tag !== 0x53) return refuse(SW.wrongData);
    const tag = Buffer.from(first.value).toString('hex');
    return tag.startsWith('5fc1') && tag.length === 6 ? this.#store(tag, second.value) : refuse(SW.notFound);
  }

  #store(tag: string, content: Uint8Array): Outcome {
    if (content.length === 0) delete this.#state.objects[tag];
    else this.#state.objects[tag] = Buffer.from(content).toString('hex');
    return succeed();
  }

  /** GENERAL AUTHENTICATE (3.2.4): the 9B handshake, a signature or decryption, or a key agreement. */
  #generalAuthenticate(identifier: number, slot: number, data: Uint8Array): Outcome {
    const template = readTemplate(data);
    if (template === null) return refuse(SW.wrongData);
    if (slot === ADMIN_KEY) return this.#admin.authenticate(identifier, template);
    const key = this.#keys.get(slot);
    if (key === undefined) return refuse(isKeySlot(slot) ? this.#state.profile.emptySlot : SW.wrongParameters);
    if (ALGORITHM_IDENTIFIER[key.algorithm] !== identifier) return refuse(SW.wrongParameters);
    if (!this.#mayUse(slot)) return refuse(SW.securityStatusNotSatisfied);

    if (template.get(0x82)?.length !== 0) return refuse(SW.wrongData);
    const challenge = template.get(0x81);
    const point = template.get(0x85);
    const response =
      challenge !== undefined
        ? key.answerChallenge(challenge, this.#environment.random)
        : point !== undefined
          ? key.agree(point)
          : null;
    return response === null ? refuse(SW.wrongData) : succeed(tlv(0x7c, tlv(0x82, response)));
  }

  #mayUse(slot: number): boolean {
    switch (slot) {
      case CARD_AUTHENTICATION_KEY:
        return true;
      case SIGNATURE_KEY:
        return this.#secrets.spendSignature();
      default:
        return this.#secrets.pinVerified;
    }
  }

  /** GENERATE ASYMMETRIC KEY PAIR (3.3.2): the key that was there before is lost at once. */
  #generate(p1: number, slot: number, data: Uint8Array): Outcome {
    if (!this.#admin.authenticated) return refuse(SW.securityStatusNotSatisfied);
    if (p1 !== 0x00 || !isKeySlot(slot)) return refuse(SW.wrongParameters);
    const [control, ...more] = parseTlvs(data) ?? [];
    if (control?.tag !== 0xac || more.length > 0) return refuse(SW.wrongData);
    const mechanism = parseTlvs(control.value)?.find(({ tag }) => tag === 0x80)?.value;
    const algorithm = mechanism?.length === 1 ? algorithmOf(mechanism[0] ?? 0) : null;
    if (algorithm === null || !this.#state.profile.generates.includes(algorithm)) return refuse(SW.wrongData);
    const key = this.#environment.generateKey(algorithm, this.#environment.random);
    this.#keys.set(slot, key);
    this.#state.keys[slot.toString(16)] = { algorithm, pkcs8: key.pkcs8().toString('base64') };
    return succeed(key.publicKeyObject());
  }
}

/** The four PIV keys and the twenty retired ones (SP 800-73-4 part 1, table 4b). */
function isKeySlot(slot: number): boolean {
  return slot === 0x9a || slot === 0x9c || slot === 0x9d || slot === 0x9e || (slot >= 0x82 && slot <= 0x95);
}

/** The dynamic authentication template 7C; null where it is malformed or says something twice. */
function readTemplate(data: Uint8Array): DynamicTemplate | null {
  const [template, ...more] = parseTlvs(data) ?? [];
  if (template?.tag !== 0x7c || more.length > 0) return null;
  const elements = parseTlvs(template.value);
  if (elements === null) return null;
  const byTag = new Map(elements.map(({ tag, value }) => [tag, value]));
  return byTag.size === elements.length ? byTag : null;
}
