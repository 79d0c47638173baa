import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrolCard, savePerson } from '../../services/card-desk/src/administration.ts';
import type { LogLine } from '../../services/card-desk/src/http/log.ts';
import type { Carrier, DeliveryError, Outgoing } from '../../services/card-desk/src/messages/message.ts';
import { newKeyLine, parseKeyRing } from '../../services/card-desk/src/secrets/key-ring.ts';
import { type Service, type ServiceNeeds, startService } from '../../services/card-desk/src/service.ts';
import { parseSettings, type Settings } from '../../services/card-desk/src/settings.ts';
import { readAudit } from '../../services/card-desk/src/store/audit-chain.ts';
import type { Database } from '../../services/card-desk/src/store/database.ts';
import { migrate } from '../../services/card-desk/src/store/migrations.ts';
import { openPglite } from '../../services/card-desk/src/store/pglite.ts';
import { type DeskResult, deskHttpRequest, deskResultOf } from '../../src/core/contract/card-desk/http.ts';
import type { DeskAnswer, DeskAsk, DeskOperationName } from '../../src/core/contract/card-desk/operations.ts';
import type { DeskProblem } from '../../src/core/contract/card-desk/problems.ts';

/** A whole card desk in this process, on a database of its own, with a clock that tests set and carriers that remember. */

export const ORIGIN = 'https://desk.test';
export const PERSON = {
  userId: '555000000017',
  name: 'Ada Lindqvist',
  email: 'ada@ward.example',
  mobile: '07700 900123',
};
export const RA = { userId: '555000000025', name: 'Ben Okafor', role: 'ra', email: 'ben@ward.example' } as const;

export function testSettings(changes: Partial<Record<keyof Settings, unknown>> = {}): Settings {
  return parseSettings({
    origin: ORIGIN,
    organisation: { name: 'Ward Trust', help: 'your RA, through HR: 0113 496 0000' },
    listen: { port: 0 },
    operations: { port: 0 },
    email: { by: 'smtp', from: 'desk@ward.example' },
    sms: { by: 'notify', templates: TEMPLATES },
    answersTakeMs: 0,
    ...changes,
  });
}

export const TEMPLATES = {
  'unlock-code': '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a001',
  'address-code': '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a002',
  unlocking: '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a003',
  'address-changed': '0d2f2a4b-3b57-4d24-9f10-0b3bb0f8a003',
};

/** One of the two databases that the suites are run on. */
export type DatabaseUnderTest = {
  readonly name: string;
  /** An empty, migrated database, and others on it: as many instances as asked for. */
  fresh(): Promise<{ open(): Promise<Database>; drop(): Promise<void> }>;
  readonly instances: boolean;
};

let shared: ReturnType<typeof openPglite> | null = null;

/** Starting PGlite takes seconds on a busy machine: a test file has one, and empties it between tests. */
export const PGLITE: DatabaseUnderTest = {
  name: 'PGlite',
  instances: false,
  async fresh() {
    shared ??= openPglite(null);
    const database = await shared;
    await database.transaction((sql) => sql.script('drop schema public cascade; create schema public'));
    await migrate(database);
    return { open: async () => ({ ...database, close: async () => undefined }), drop: async () => undefined };
  },
};

/** Remembers instead of sending; `failing` makes it refuse. Only the sending itself is played: smtp and notify have tests of their own. */
export class RememberingCarrier implements Carrier {
  readonly sent: Outgoing[] = [];
  failing: DeliveryError | null = null;
  private readonly waiting: Array<() => void> = [];

  async send(message: Outgoing): Promise<void> {
    if (this.failing !== null) throw this.failing;
    this.sent.push(message);
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** The message with this number, of this purpose if told, once it is there. */
  async message(number: number, purpose?: Outgoing['purpose']): Promise<Outgoing> {
    for (;;) {
      const found = this.sent.filter((each) => purpose === undefined || each.purpose === purpose)[number];
      if (found !== undefined) return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.waiting.push(resolve);
      await promise;
    }
  }

  close(): void {}
}

export type Exchange = {
  readonly operation: DeskOperationName;
  readonly ask: Partial<DeskAsk<DeskOperationName>>;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
};

export class DeskUnderTest {
  readonly service: Service;
  readonly email: RememberingCarrier;
  readonly mobile: RememberingCarrier;
  readonly clock: { now: Date };
  readonly log: LogLine[];
  readonly exchanges: Exchange[] = [];

  private constructor(
    service: Service,
    carriers: { email: RememberingCarrier; mobile: RememberingCarrier },
    clock: { now: Date },
    log: LogLine[],
  ) {
    this.service = service;
    this.email = carriers.email;
    this.mobile = carriers.mobile;
    this.clock = clock;
    this.log = log;
  }

  static async start(
    database: Database,
    options: {
      readonly settings?: Partial<Record<keyof Settings, unknown>>;
      readonly keys?: string;
      readonly clock?: { now: Date };
      readonly carriers?: ServiceNeeds['carriers'];
    } = {},
  ): Promise<DeskUnderTest> {
    const clock = options.clock ?? { now: new Date() };
    const email = new RememberingCarrier();
    const mobile = new RememberingCarrier();
    const log: LogLine[] = [];
    const service = await startService({
      settings: testSettings(options.settings),
      database,
      ring: parseKeyRing(options.keys ?? newKeyLine('first')),
      carriers: options.carriers ?? { email, mobile },
      log: (line) => log.push(line),
      version: '0.0.0-test',
      now: () => clock.now,
    });
    return new DeskUnderTest(service, { email, mobile }, clock, log);
  }

  get desk() {
    return this.service.desk;
  }

  pass(milliseconds: number): void {
    this.clock.now = new Date(this.clock.now.getTime() + milliseconds);
  }

  /** One request over HTTP, as the agent makes it. */
  async call<Name extends DeskOperationName>(
    operation: Name,
    ask: Partial<DeskAsk<Name>>,
    token: string | null = null,
    key: string | null = null,
  ): Promise<DeskResult<Name>> {
    const { method, target, headers, body } = deskHttpRequest(operation, ask, token, key);
    const response = await fetch(`${this.service.address}${target}`, { method, headers, body });
    const text = await response.text();
    const json: unknown = text === '' ? null : JSON.parse(text);
    this.exchanges.push({ operation, ask, status: response.status, body: json, headers: response.headers });
    const result = deskResultOf(operation, response.status, json);
    if (result === null) throw new Error(`not an answer to ${operation}: ${response.status} ${text}`);
    return result;
  }

  /** The answer, which must be a success. */
  async does<Name extends DeskOperationName>(
    operation: Name,
    ask: Partial<DeskAsk<Name>>,
    token: string | null = null,
    key: string | null = null,
  ): Promise<DeskAnswer<Name>> {
    const result = await this.call(operation, ask, token, key);
    if (!result.ok) throw new Error(`${operation} was refused: ${result.problem.code}`);
    return result.answer;
  }

  /** The problem, which there must be. */
  async refuses<Name extends DeskOperationName>(
    operation: Name,
    ask: Partial<DeskAsk<Name>>,
    token: string | null = null,
    key: string | null = null,
  ): Promise<DeskProblem> {
    const result = await this.call(operation, ask, token, key);
    if (result.ok) throw new Error(`${operation} was not refused`);
    return result.problem;
  }

  async audit(): Promise<Array<Record<string, unknown> & { event: string }>> {
    const entries: Array<Record<string, unknown> & { event: string }> = [];
    const verdict = await readAudit(this.desk.database, ({ body }) => entries.push(JSON.parse(body)));
    if (!verdict.whole) throw new Error(`the audit chain is broken at ${verdict.brokenAt}: ${verdict.why}`);
    return entries;
  }

  async enrolPerson(person: object = PERSON): Promise<string> {
    return (await savePerson(this.desk, person)).person;
  }

  async enrolCard(card: object): Promise<string> {
    return (await enrolCard(this.desk, card)).card;
  }

  async metrics(): Promise<string> {
    return await (await fetch(`${this.service.operationsAddress}/metrics`)).text();
  }
}

export const someCardId = (): string => randomBytes(16).toString('hex');

export async function scratchFolder(): Promise<{ path: string; [Symbol.dispose](): void }> {
  const path = await mkdtemp(join(tmpdir(), 'desk-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
