import { cannotBeAsked } from '../../core/agent/attempts.ts';
import { codeOfPasscodeProblem, type FailureCode } from '../../core/agent/failure-codes.ts';
import { checkForVerifying } from '../../core/agent/passcode-policy.ts';
import { type AgentState, cardIn } from '../../core/agent/state.ts';
import type { AuditEntry } from '../store/audit-log.ts';
import { DeskClient } from './desk-client.ts';
import { signInAsRa } from './ra-sign-in.ts';
import type { UnlockCards } from './unlock-cards.ts';

export type RaDeskOptions = {
  readonly cards: Pick<UnlockCards, 'request' | 'readAgain'>;
  readonly state: () => AgentState;
  /** Whether a card is being changed by an unlock at this moment. */
  readonly unlocking: () => boolean;
  readonly audit: (entry: AuditEntry) => void;
};

export type RaRequest = {
  readonly reader: string;
  /** The card that the passcode was typed for. */
  readonly cardId: string;
  /** Overwritten, whatever comes of it. */
  readonly pin: Uint8Array;
  readonly lastTry: boolean;
  /** Opens the desk's page. Whoever has the address can be the RA for a minute: it is handed to nobody else. */
  readonly open: (address: string) => Promise<boolean>;
};

export type RaOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: FailureCode; readonly triesLeft?: number | null };

/**
 * Signs RAs in at the card desk from the window, with their own card in a reader of the running agent, and has the desk's page
 * opened. One at a time, and by the rules of every other attempt: what they exclude is not sent, and costs no try.
 */
export class RaDesk {
  readonly #options: RaDeskOptions;
  readonly #stop = new AbortController();
  #busy = false;

  constructor(options: RaDeskOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async signIn(request: RaRequest): Promise<RaOutcome> {
    const refusal = this.#refusal(request);
    if (refusal !== null) {
      request.pin.fill(0);
      return { ok: false, code: refusal };
    }
    this.#busy = true;
    const outcome = await this.#signInAndOpen(request);
    this.#busy = false;
    const { reader, cardId } = request;
    const code = outcome.ok ? null : outcome.code;
    this.#options.audit({ event: 'ra-sign-in', cardId, reader, done: outcome.ok, code });
    return outcome;
  }

  /** From now on no page is opened any more. */
  stop(): void {
    this.#stop.abort();
  }

  #refusal({ reader, cardId, pin }: RaRequest): FailureCode | null {
    const state = this.#options.state();
    if (this.#stop.signal.aborted) return 'Agent_NotRunning';
    if (this.#busy || this.#options.unlocking()) return 'Attempt_InProgress';
    if (state.policy.desk.address === undefined) return 'Desk_NotSet';
    const refused = cannotBeAsked(state, reader, cardId);
    if (refused !== null) return refused;
    const problem = checkForVerifying(pin);
    if (problem !== null) return codeOfPasscodeProblem(problem, 'verifying');
    return cardIn(state, reader)?.pin?.state === 'blocked' ? 'Passcode_Blocked' : null;
  }

  async #signInAndOpen({ reader, cardId, pin, lastTry, open }: RaRequest): Promise<RaOutcome> {
    const { cards } = this.#options;
    const state = this.#options.state();
    const { policy } = state;
    // This stay of the card alone: what comes into the reader meanwhile was not asked for its passcode.
    const insertion = cardIn(state, reader)?.insertion ?? '';
    let asked = false;
    try {
      const signedIn = await signInAsRa({
        client: new DeskClient({ policy: policy.desk }),
        pin,
        cardId,
        lastTry: lastTry && policy.passcode.lastTry === 'ask',
        request: (order) => {
          asked = true;
          return cards.request(reader, insertion, order);
        },
        signal: this.#stop.signal,
      });
      if (this.#stop.signal.aborted) return { ok: false, code: 'Agent_NotRunning' };
      if (!signedIn.ok) return signedIn;
      return (await open(signedIn.address)) ? { ok: true } : { ok: false, code: 'Desk_PageNotOpened' };
    } catch {
      // Only whoever opens the page could throw; what it says may hold the address.
      return { ok: false, code: 'Desk_PageNotOpened' };
    } finally {
      if (asked && !this.#stop.signal.aborted) cards.readAgain(reader);
    }
  }
}
