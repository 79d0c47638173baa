import { EventEmitter, once } from 'node:events';
import type { KeyRing } from '../../services/card-desk/src/secrets/key-ring.ts';
import { readAudit } from '../../services/card-desk/src/store/audit-chain.ts';
import { findCard, openCardSecret } from '../../services/card-desk/src/store/cards.ts';
import type { Database, Sql } from '../../services/card-desk/src/store/database.ts';
import { findJourney } from '../../services/card-desk/src/store/journeys.ts';
import { type DeskResult, deskHttpRequest, deskResultOf } from '../../src/core/contract/card-desk/http.ts';
import type { DeskAnswer, DeskAsk, DeskOperationName } from '../../src/core/contract/card-desk/operations.ts';
import type { AttemptResult, Release } from '../../src/core/contract/card-desk/shapes.ts';
import { CardAtDesk } from './card-at-desk.ts';
import type { CardDeskFolder, ServingDesk } from './card-desk-process.ts';
import type { SmtpServer } from './smtp-server.ts';

/**
 * Whole unlocks, by code and mail, of a few cards at a desk that may die at any moment; and whether its database still has all
 * that it acknowledged, and the code that is on each card. Whose answer is lost is lost for good: the card begins anew.
 */

const PASSCODES = ['864209', '975310'];

type Owned = {
  readonly card: CardAtDesk;
  readonly email: string;
  /** Whether the last thing that anybody did was a report that the code is changed, and the desk has said that it has it. */
  isChangeAcknowledged: boolean;
};
type AcknowledgedReport = {
  readonly cardId: string;
  readonly unlock: string;
  readonly attempt: number;
  readonly result: AttemptResult;
};

/** Nobody answered, or that nothing could be done now. */
class NoAnswer extends Error {}

export class UnlockLoad {
  readonly reports: AcknowledgedReport[] = [];
  readonly #owned: readonly Owned[];
  readonly #mailbox: Mailbox;
  #running: { readonly ended: Promise<unknown>; readonly end: AbortController } | null = null;

  private constructor(owned: readonly Owned[], mailbox: Mailbox) {
    this.#owned = owned;
    this.#mailbox = mailbox;
  }

  /** Enrols cards, each with an owner, at a desk that does not run yet. */
  static async enrol(folder: CardDeskFolder, smtp: SmtpServer, count: number): Promise<UnlockLoad> {
    const cards = await Promise.all(Array.from({ length: count }, () => CardAtDesk.issue()));
    const owned = cards.map((card) => ({ card, email: `${card.cardId}@ward.example`, isChangeAcknowledged: false }));
    const people = owned.map(({ card, email }) => ({ userId: card.cardId.slice(0, 12), name: 'Ada', email }));
    const lines = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).join('\n');
    for (const [command, input] of [
      ['person', lines(people)],
      ['enrol', lines(cards.map((card) => card.enrolment(card.cardId.slice(0, 12))))],
    ] as const) {
      const { exit, errors } = await folder.run([command], input);
      if (exit !== 0) throw new Error(`${command}: ${errors}`);
    }
    return new UnlockLoad(owned, new Mailbox(smtp));
  }

  /** All cards at once, each again and again, until it is stopped or the desk is gone. */
  start(desk: ServingDesk): void {
    const end = new AbortController();
    void desk.gone().then(() => end.abort());
    const ended = Promise.all(this.#owned.map((owned) => this.#keepUnlocking(owned, new Asking(desk), end.signal)));
    // What went wrong is told by `stop`, not before.
    ended.catch(() => undefined);
    this.#running = { ended, end };
  }

  /** Resolves when no card is at work any more; rejects with what no desk may answer. */
  async stop(): Promise<void> {
    this.#running?.end.abort();
    await this.#running?.ended;
  }

  async #keepUnlocking(owned: Owned, asking: Asking, signal: AbortSignal): Promise<void> {
    for (let round = 0; !signal.aborted; round++) {
      try {
        const goesOn = await this.#unlock(owned, asking, PASSCODES[round % PASSCODES.length] ?? '', signal);
        if (!goesOn) return;
      } catch (error) {
        if (!(error instanceof NoAnswer) && !signal.aborted) throw error;
      }
    }
  }

  /** Resolves with false where the card is given nothing any more: its answers were lost twice in a row. */
  async #unlock(owned: Owned, asking: Asking, passcode: string, signal: AbortSignal): Promise<boolean> {
    const { card, email } = owned;
    await card.block();
    const ticket = await asking.does('startUnlock', { body: { cardId: card.cardId, address: email } });
    const { id } = ticket.unlock;
    for (let right = false; !right; ) {
      // A message from before a crash may come first, or twice.
      const code = await this.#mailbox.code(email, signal);
      const checked = await asking.call('checkCode', { parameters: { unlock: id }, body: { code } }, ticket.token);
      if (!checked.ok && checked.problem.code !== 'Desk_CodeWrong') throw new Error(checked.problem.code);
      right = checked.ok;
    }
    owned.isChangeAcknowledged = false;
    const { result: proven, privateKey } = await card.prove(asking, ticket);
    if (!proven.ok) {
      if (proven.problem.unlock?.failure === 'puk-one-try-left') return false;
      throw new Error(`no release: ${proven.problem.code}`);
    }
    let release: Release | null = proven.answer.release;
    while (release !== null) {
      const { attempt } = release;
      const told = await card.perform(release, privateKey, id, passcode);
      const reported: DeskAnswer<'report'> = await asking.does(
        'report',
        { parameters: { unlock: id, attempt: String(attempt) }, body: told },
        ticket.token,
      );
      this.reports.push({ cardId: card.cardId, unlock: id, attempt, result: told.result });
      owned.isChangeAcknowledged = told.result === 'changed';
      ({ release } = reported);
    }
    return true;
  }

  /** What of all this the database does not have, or has otherwise. While no card is at work. */
  async lost(database: Database, ring: KeyRing): Promise<string[]> {
    const recorded = new Set<string>();
    const chain = await readAudit(database, ({ body }) => recorded.add(reportIn(body)));
    const rows = await database.transaction(async (sql) => [
      ...(await inTurn(this.#owned, (owned) => lostOfCard(sql, ring, owned))),
      ...(await inTurn(this.reports, (report) => lostOfReport(sql, report))),
    ]);
    const entries = this.reports.filter((report) => !recorded.has(lineOf(report)));
    return [
      ...(chain.whole ? [] : ['the audit chain is broken']),
      ...rows,
      ...entries.map((report) => `no entry in the audit chain: ${lineOf(report)}`),
    ];
  }
}

async function lostOfCard(sql: Sql, ring: KeyRing, { card, isChangeAcknowledged }: Owned): Promise<string[]> {
  const { cardId, puk } = card;
  const condition = (await findCard(sql, cardId))?.puk_condition;
  const known: Array<string | null> = [];
  for (const kind of ['puk', 'next-puk', 'former-puk'] as const) {
    known.push((await openCardSecret(sql, ring, cardId, kind))?.toString('latin1') ?? null);
  }
  const says = (what: string) => `card ${cardId} (${condition ?? 'gone'}): ${what}`;
  if (!known.includes(puk)) return [says('the desk does not know its code')];
  if (condition === 'settled' && known[0] !== puk) return [says('another code is held for the settled one')];
  if (isChangeAcknowledged && condition !== 'settled') return [says('it was acknowledged that its code is changed')];
  return [];
}

/** A later report of the same journey, whose answer was lost, may stand in its place. */
async function lostOfReport(sql: Sql, report: AcknowledgedReport): Promise<string[]> {
  const reported = (await findJourney(sql, report.unlock))?.journey.reported ?? null;
  const isLater = reported !== null && reported.number > report.attempt;
  if (isLater || (reported?.number === report.attempt && reported.result === report.result)) return [];
  return [`not as reported: ${lineOf(report)}, but ${JSON.stringify(reported)}`];
}

const lineOf = ({ cardId, unlock, attempt, result }: AcknowledgedReport) => `${cardId} ${unlock} ${attempt} ${result}`;

/** As {@link lineOf}; of an entry that tells something else, an empty text. */
function reportIn(body: string): string {
  const entry = JSON.parse(body) as Record<string, unknown>;
  const { event, card, journey, attempt, result } = entry;
  return event === 'puk-reported' ? [card, journey, attempt, result].join(' ') : '';
}

/** A transaction does one thing at a time. */
async function inTurn<Item>(items: readonly Item[], work: (item: Item) => Promise<string[]>): Promise<string[]> {
  const all: string[] = [];
  for (const item of items) all.push(...(await work(item)));
  return all;
}

/** Asks a desk that may be gone, or may have lost its database. */
class Asking {
  readonly #address: string;

  constructor(desk: ServingDesk) {
    this.#address = desk.address;
  }

  async call<Name extends DeskOperationName>(
    operation: Name,
    ask: Partial<DeskAsk<Name>>,
    token: string | null = null,
  ): Promise<DeskResult<Name>> {
    const { method, target, headers, body } = deskHttpRequest(operation, ask, token);
    const { status, json } = await fetch(`${this.#address}${target}`, { method, headers, body })
      .then(async (response) => ({ status: response.status, json: await response.json() }))
      .catch((error: unknown) => {
        throw new NoAnswer(operation, { cause: error });
      });
    if (status === 503) throw new NoAnswer(operation);
    const result = deskResultOf(operation, status, json);
    if (result === null) throw new Error(`not an answer to ${operation}: ${status}`);
    return result;
  }

  async does<Name extends DeskOperationName>(
    operation: Name,
    ask: Partial<DeskAsk<Name>>,
    token: string | null = null,
  ): Promise<DeskAnswer<Name>> {
    const result = await this.call(operation, ask, token);
    if (!result.ok) throw new Error(`${operation} was refused: ${result.problem.code}`);
    return result.answer;
  }
}

/** The codes that were mailed, by recipient, each given out once. */
class Mailbox {
  readonly #codes = new Map<string, string[]>();
  readonly #news = new EventEmitter();

  constructor(smtp: SmtpServer) {
    void this.#read(smtp);
  }

  async code(address: string, signal: AbortSignal): Promise<string> {
    for (;;) {
      const code = this.#codes.get(address)?.shift();
      if (code !== undefined) return code;
      await once(this.#news, address, { signal });
    }
  }

  async #read(smtp: SmtpServer): Promise<void> {
    for (;;) {
      // The server ends with the test.
      const mail = await smtp.mail().catch(() => null);
      if (mail === null) return;
      const [to = ''] = mail.to;
      const code = /Your code is (\d{6})/.exec(mail.raw)?.[1];
      if (code === undefined) continue;
      this.#codes.set(to, [...(this.#codes.get(to) ?? []), code]);
      this.#news.emit(to);
    }
  }
}
