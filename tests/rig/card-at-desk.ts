import { randomBytes, X509Certificate } from 'node:crypto';
import { ApduExchange } from '../../src/core/card/apdu-exchange.ts';
import { selectCommands } from '../../src/core/card/piv/application.ts';
import { AUTHENTICATION, answerOf, generalAuthenticate, wanted } from '../../src/core/card/piv/general-authenticate.ts';
import {
  changePin,
  PIN_REFERENCE,
  type PinOutcome,
  resetRetryCounter,
  verifyPin,
} from '../../src/core/card/piv/pin.ts';
import { sign } from '../../src/core/card/piv/signature.ts';
import { handOverProofText, signInProofText, unlockProofText } from '../../src/core/card-desk/proofs.ts';
import { makeReleaseKey, openRelease } from '../../src/core/card-desk/release-box.ts';
import type { DeskAnswer } from '../../src/core/contract/card-desk/operations.ts';
import type { AttemptResult, Release } from '../../src/core/contract/card-desk/shapes.ts';
import { CERTIFICATE_OBJECT } from '../../src/simulator/card/data-objects.ts';
import type { VirtualPivCard } from '../../src/simulator/card/piv-card.ts';
import { type CardOrder, issueCard, TEST_PIN, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { VirtualReader } from '../../src/simulator/reader/in-process.ts';
import { element } from '../unit/simulator-terminal.ts';
import { type DeskUnderTest, ORIGIN } from './card-desk.ts';

/** A virtual card in a reader, spoken to by the drivers that ship, and the agent's part of an unlock with it. */

const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const RETRY_FAULT = 'the test pulls the card here';

export type Reported = DeskAnswer<'report'>;
type Ticket = DeskAnswer<'startUnlock'>;

export class CardAtDesk {
  readonly cardId: string;
  readonly card: VirtualPivCard;
  readonly exchange: ApduExchange;

  private constructor(cardId: string, card: VirtualPivCard, exchange: ApduExchange) {
    this.cardId = cardId;
    this.card = card;
    this.exchange = exchange;
  }

  static async issue(order: CardOrder = {}): Promise<CardAtDesk> {
    const guid = randomBytes(16);
    const card = await issueCard({ keys: 'p256', guid, ...order });
    const reader = new VirtualReader();
    reader.insert(card);
    const exchange = new ApduExchange(await reader.connect());
    await exchange.send(selectCommands()[0]);
    return new CardAtDesk(guid.toString('hex'), card, exchange);
  }

  /** What an organisation enrols of it. */
  enrolment(owner: string | null) {
    const { adminKey, keys } = this.card.snapshot();
    const slots = { '9A': '9a', '9C': '9c', '9D': '9d', '9E': '9e' } as const;
    const certificates: Array<[string, string]> = Object.entries(slots)
      .filter(([, slot]) => keys[slot] !== undefined)
      .map(([name, slot]) => [name, this.certificate(slot).raw.toString('base64')]);
    return {
      cardId: this.cardId,
      serial: `S-${this.cardId.slice(0, 6)}`,
      owner,
      puk: TEST_PUK,
      adminKey: { algorithm: adminKey.algorithm.replace(/^aes/, 'aes-'), hex: adminKey.value },
      certificates: Object.fromEntries(certificates),
    };
  }

  certificate(slot: keyof typeof CERTIFICATE_OBJECT): X509Certificate {
    const object = Buffer.from(this.card.snapshot().objects[CERTIFICATE_OBJECT[slot]] ?? '', 'hex');
    return new X509Certificate(element(object, 0x70));
  }

  async block(): Promise<void> {
    for (let i = 0; i < 12; i++) {
      if ((await verifyPin(this.exchange, PIN_REFERENCE.application, ascii('999999'))).kind === 'blocked') return;
    }
    throw new Error('the card is not blocked');
  }

  async opensWith(pin: string): Promise<boolean> {
    return (await verifyPin(this.exchange, PIN_REFERENCE.application, ascii(pin))).kind === 'accepted';
  }

  get pukTriesLeft(): number {
    return this.card.snapshot().puk.triesLeft;
  }

  /** The PUK that is on the card. */
  get puk(): string {
    return Buffer.from(this.card.snapshot().puk.value, 'hex').toString('latin1');
  }

  /** Signs a challenge of the desk by 9E and takes what is released for it. */
  async prove(desk: Pick<DeskUnderTest, 'does' | 'call'>, ticket: Ticket, card: { readonly cardId: string } = this) {
    const challenge = await desk.does('challenge', ask(ticket, { by: 'signature' }), ticket.token);
    const { body, privateKey } = await this.proofOf(ticket, challenge.challenge, card.cardId);
    const result = await desk.call('proveCard', ask(ticket, body), ticket.token);
    return { result, privateKey, body };
  }

  async proofOf(ticket: Ticket, challenge: string, cardId = this.cardId) {
    const { privateKey, publicKey: releaseKey } = makeReleaseKey();
    const text = unlockProofText({ origin: ORIGIN, unlock: ticket.unlock.id, cardId, challenge, releaseKey });
    const signature = await sign(this.exchange, '9E', this.certificate('9e').publicKey, text);
    const body = {
      releaseKey: Buffer.from(releaseKey).toString('base64'),
      proof: { by: 'signature' as const, signature: Buffer.from(signature).toString('base64') },
    };
    return { body, privateKey };
  }

  /** Does what a release says, and tells what came of it; `crashAfter`: the agent dies there and reports nothing. */
  async perform(
    { attempt, mode, box }: Release,
    privateKey: ReturnType<typeof makeReleaseKey>['privateKey'],
    unlock: string,
    newPin: string,
    crashAfter: 'nothing' | 'reset' | 'change' | null = null,
  ): Promise<{ readonly result: AttemptResult; readonly triesLeft: number | null }> {
    const { puk, next } = openRelease(privateKey, { unlock, attempt, mode }, box);
    if (crashAfter === 'nothing') throw new Error(RETRY_FAULT);
    if (mode !== 'change') {
      const reset = await resetRetryCounter(this.exchange, puk, ascii(newPin));
      if (crashAfter === 'reset') throw new Error(RETRY_FAULT);
      if (reset.kind !== 'accepted') return failed(reset);
    }
    if (next === null) return { result: 'unblocked', triesLeft: null };
    const change = await changePin(this.exchange, PIN_REFERENCE.puk, puk, next);
    if (crashAfter === 'change') throw new Error(RETRY_FAULT);
    return change.kind === 'accepted' ? { result: 'changed', triesLeft: null } : failed(change);
  }

  /** The rest of an unlock from the proof on, to its end. */
  async unlock(desk: DeskUnderTest, ticket: Ticket, newPin: string): Promise<Reported['unlock']> {
    const { result, privateKey } = await this.prove(desk, ticket);
    if (!result.ok) throw new Error(`no release: ${result.problem.code}`);
    let release: Release | null = result.answer.release;
    let { unlock } = result.answer;
    while (release !== null) {
      const told = await this.perform(release, privateKey, ticket.unlock.id, newPin);
      const reported: Reported = await desk.does(
        'report',
        { parameters: { unlock: ticket.unlock.id, attempt: String(release.attempt) }, body: told },
        ticket.token,
      );
      unlock = reported.unlock;
      release = reported.release;
    }
    return unlock;
  }

  /** Mutual authentication by 9B, relayed. */
  async proveByAdminKey(desk: DeskUnderTest, ticket: Ticket) {
    const key = { algorithm: 0x03, reference: 0x9b };
    const witness = answerOf(
      await generalAuthenticate(this.exchange, key, [wanted(AUTHENTICATION.witness)]),
      AUTHENTICATION.witness,
    );
    const challenge = await desk.does(
      'challenge',
      ask(ticket, { by: 'admin-key', algorithm: '3des', witness: Buffer.from(witness).toString('hex') }),
      ticket.token,
    );
    if (challenge.by !== 'admin-key') throw new Error('another kind of challenge');
    const answer = await generalAuthenticate(this.exchange, key, [
      { tag: AUTHENTICATION.witness, value: Buffer.from(challenge.witness, 'hex') },
      { tag: AUTHENTICATION.challenge, value: Buffer.from(challenge.challenge, 'hex') },
    ]);
    const response = Buffer.from(answerOf(answer, AUTHENTICATION.response)).toString('hex');
    const { privateKey, publicKey } = makeReleaseKey();
    const releaseKey = Buffer.from(publicKey).toString('base64');
    const body = { releaseKey, proof: { by: 'admin-key' as const, response } };
    return { result: await desk.call('proveCard', ask(ticket, body), ticket.token), privateKey };
  }

  /** Signs an RA in with this card. */
  async signIn(desk: Pick<DeskUnderTest, 'does'>): Promise<string> {
    return (await desk.does('signIn', { body: await this.signInProof(desk, signInProofText) })).token;
  }

  /** Signs in for a browser; resolves with what the browser shows. */
  async handOver(desk: Pick<DeskUnderTest, 'does'>): Promise<string> {
    return (await desk.does('handOver', { body: await this.signInProof(desk, handOverProofText) })).handOver;
  }

  async signInProof(desk: Pick<DeskUnderTest, 'does'>, textOf: typeof signInProofText) {
    const asked = await desk.does('signInChallenge', { body: {} });
    await verifyPin(this.exchange, PIN_REFERENCE.application, ascii(TEST_PIN));
    const certificate = this.certificate('9a').raw;
    const text = textOf({ origin: ORIGIN, challenge: asked.challenge, certificate });
    const signature = await sign(this.exchange, '9A', this.certificate('9a').publicKey, text);
    return {
      challenge: asked.id,
      certificate: certificate.toString('base64'),
      signature: Buffer.from(signature).toString('base64'),
    };
  }
}

function failed(outcome: PinOutcome): { readonly result: AttemptResult; readonly triesLeft: number | null } {
  if (outcome.kind === 'wrong')
    return { result: outcome.triesLeft === 0 ? 'blocked' : 'wrong', triesLeft: outcome.triesLeft };
  return { result: outcome.kind === 'blocked' ? 'blocked' : 'untouched', triesLeft: null };
}

/** An operation on a journey: its path and body. */
export function ask<Body>(ticket: Ticket, body: Body): { parameters: { unlock: string }; body: Body } {
  return { parameters: { unlock: ticket.unlock.id }, body };
}
