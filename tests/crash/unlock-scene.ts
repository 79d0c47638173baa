import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrolCard, savePerson } from '../../services/card-desk/src/administration.ts';
import type { Outgoing } from '../../services/card-desk/src/messages/message.ts';
import { newKeyLine, parseKeyRing } from '../../services/card-desk/src/secrets/key-ring.ts';
import { type Service, startService } from '../../services/card-desk/src/service.ts';
import { findCard, openCardSecret, pukStateOf } from '../../services/card-desk/src/store/cards.ts';
import type { Database } from '../../services/card-desk/src/store/database.ts';
import { openPglite } from '../../services/card-desk/src/store/pglite.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/core/agent/policy.ts';
import { CardOperator } from '../../src/core/card/operations.ts';
import type { KeptJourney } from '../../src/core/card-desk/kept-journey.ts';
import type { UnlockView, UnlockWay } from '../../src/core/contract/unlock.ts';
import { DeskClient } from '../../src/main/card-desk/desk-client.ts';
import { JourneyFile } from '../../src/main/card-desk/journey-file.ts';
import { UnlockDesk, type UnlockDeskOptions } from '../../src/main/card-desk/unlock-desk.ts';
import { CERTIFICATE_OBJECT } from '../../src/simulator/card/data-objects.ts';
import type { ProfileName } from '../../src/simulator/card/profiles.ts';
import { issueCard, TEST_ADMIN_KEY, TEST_PUK } from '../../src/simulator/pki/issue-card.ts';
import { RememberingCarrier, testSettings } from '../rig/card-desk.ts';
import { element } from '../unit/simulator-terminal.ts';
import { Relay } from './relay.ts';
import { WatchedReader } from './watched-reader.ts';

/**
 * One blocked card, its owner, the agent's unlock and a whole card desk, in one process: the code that ships at both ends, with
 * a relay and a watched reader between. What a crash takes away is taken away here: the agent's memory, the desk, the card,
 * the answer. The desk's process is killed elsewhere, see {@link CrashDesk.goAway}.
 */

const UNLIMITED = { count: 1_000_000, seconds: 1 };
const LIMITS = Object.fromEntries(
  ['requestsOfSource', 'startsOfSource', 'codesOfCard', 'codesOfCardADay', 'messagesToAddress', 'signInsOfSource'].map(
    (name) => [name, UNLIMITED],
  ),
);
/** Something that has not happened by now does not happen. */
const STUCK_MS = 10_000;

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

/** The desk's database, and the desk on it, which can go away and be started again. */
export class CrashDesk {
  readonly database: Database;
  readonly carrier = new RememberingCarrier();
  readonly relay: Relay;
  readonly ring = parseKeyRing(newKeyLine('k'));
  private service: Service | null = null;

  private constructor(database: Database, relay: Relay) {
    this.database = database;
    this.relay = relay;
  }

  static async open(): Promise<CrashDesk> {
    const database = await openPglite(null);
    const port = { of: (): number | null => null };
    const desk = new CrashDesk(database, await Relay.open(() => port.of()));
    port.of = () => (desk.service === null ? null : Number(new URL(desk.service.address).port));
    await desk.start();
    return desk;
  }

  get isUp(): boolean {
    return this.service !== null;
  }

  async start(): Promise<void> {
    if (this.service !== null) return;
    this.service = await startService({
      settings: testSettings({ origin: `http://127.0.0.1:${this.relay.port}`, limits: LIMITS, operations: null }),
      // The database outlives the desk, as a server's or a folder's does.
      database: { ...this.database, close: async () => undefined },
      ring: this.ring,
      carriers: { email: this.carrier, mobile: null },
      log: () => undefined,
      version: 'test',
    });
  }

  /**
   * Nobody is answered from this moment on. That is no kill: one agent asks one thing after the other, so the desk goes between
   * two requests, and closes in order. Its process is really killed in `card-desk-crash.test.ts`, in the middle of its work, and
   * in `card-desk-unlock.test.ts`.
   */
  goAway(): void {
    const leaving = this.service;
    this.service = null;
    void leaving?.close();
  }

  get living() {
    if (this.service === null) throw new Error('the desk is down');
    return this.service.desk;
  }

  async close(): Promise<void> {
    await this.service?.close();
    await this.relay.close();
    await this.database.close();
  }
}

/** An RA with a card that is in use: what authorises an unlock rests on both. */
async function anRa(desk: CrashDesk, of: string): Promise<Ra> {
  const userId = `ra-${of}`;
  const { person: id } = await savePerson(desk.living, { userId, name: 'Ben Okafor', role: 'ra' });
  const cardId = randomBytes(16).toString('hex');
  const adminKey = { algorithm: TEST_ADMIN_KEY.algorithm, hex: TEST_ADMIN_KEY.value };
  await enrolCard(desk.living, { cardId, owner: userId, puk: TEST_PUK, adminKey });
  return { id, cardId };
}

type Ra = { readonly id: string; readonly cardId: string };
type Person = { readonly id: string; readonly email: string };

export type Verdict = {
  readonly ok: boolean;
  readonly why: string[];
  readonly pukTriesSpent: number;
  readonly restarts: number;
};

export class UnlockScene {
  readonly desk: CrashDesk;
  readonly reader: WatchedReader;
  readonly chosen: string[] = [];
  readonly person: Person;
  /** All that the agent has said of it: views, audit lines, troubles. */
  readonly said: string[] = [];
  starts = 0;
  /** How often the user has given the address. */
  private addresses = 0;
  readonly folder = mkdtempSync(join(tmpdir(), 'unlock-'));
  policy: Policy;
  private agent: UnlockDesk;
  /** The file of the unlock after each time that it was written; null: there was none. */
  private readonly written: Array<Buffer | null> = [null];
  private leastPukTries: number;
  private readonly pukTries: number;
  private messagesBefore = 0;
  private readonly way: UnlockWay;
  private readonly ra: Ra;

  private constructor(desk: CrashDesk, reader: WatchedReader, person: Person, way: UnlockWay, ra: Ra) {
    this.desk = desk;
    this.ra = ra;
    this.reader = reader;
    this.person = person;
    this.way = way;
    this.policy = {
      ...DEFAULT_POLICY,
      desk: { ...DEFAULT_POLICY.desk, address: `http://127.0.0.1:${desk.relay.port}`, loopback: true, proxy: 'none' },
    };
    this.pukTries = reader.card.snapshot().puk.triesLeft;
    this.leastPukTries = this.pukTries;
    this.agent = this.newAgent();
  }

  static async set(
    desk: CrashDesk,
    profile: ProfileName,
    { way = 'self-service', withProofKey = true }: { readonly way?: UnlockWay; readonly withProofKey?: boolean } = {},
  ): Promise<UnlockScene> {
    const guid = randomBytes(16);
    const cardId = guid.toString('hex');
    const keys = withProofKey ? ({ '9a': 'p256', '9e': 'p256' } as const) : ({ '9a': 'p256' } as const);
    const card = await issueCard({ profile, guid, keys });
    const reader = new WatchedReader(card, cardId);
    reader.insert();
    const userId = cardId.slice(0, 12);
    const person = { email: `${cardId}@ward.example` };
    const { person: id } = await savePerson(desk.living, { userId, name: 'Ada Lindqvist', email: person.email });
    const { objects } = card.snapshot();
    const certificates = Object.fromEntries(
      (['9a', '9e'] as const).flatMap((slot) => {
        const object = objects[CERTIFICATE_OBJECT[slot]];
        if (object === undefined) return [];
        return [[slot.toUpperCase(), Buffer.from(element(Buffer.from(object, 'hex'), 0x70)).toString('base64')]];
      }),
    );
    await enrolCard(desk.living, {
      cardId,
      serial: `S-${userId}`,
      owner: userId,
      puk: TEST_PUK,
      adminKey: { algorithm: TEST_ADMIN_KEY.algorithm, hex: TEST_ADMIN_KEY.value },
      certificates,
    });
    const scene = new UnlockScene(desk, reader, { id, ...person }, way, await anRa(desk, userId));
    await scene.block();
    return scene;
  }

  /** Another agent in place of this one, which differs from it in this. */
  agentWith(overrides: Partial<UnlockDeskOptions>): UnlockDesk {
    this.agent.stop();
    this.agent = this.newAgent(overrides);
    return this.agent;
  }

  private newAgent(overrides: Partial<UnlockDeskOptions> = {}): UnlockDesk {
    const file = new JourneyFile(this.folder, (why) => this.said.push(`file: ${why}`));
    const agent = new UnlockDesk({
      cards: this.reader,
      policy: () => this.policy,
      file: {
        read: () => file.read(),
        write: (kept) => {
          const isWritten = file.write(kept);
          const now = this.onDisk();
          if (now?.toString() !== this.written.at(-1)?.toString()) this.written.push(now);
          return isWritten;
        },
      },
      audit: (entry) => this.said.push(JSON.stringify(entry)),
      language: () => 'en',
      client: (policy) => new DeskClient({ policy: policy.desk, limits: { repeatAfterMs: [1, 2] }, environment: {} }),
      ...overrides,
    });
    agent.onChange(() => {
      this.said.push(JSON.stringify(agent.view()));
      this.notePuk();
    });
    return agent;
  }

  private notePuk(): void {
    this.leastPukTries = Math.min(this.leastPukTries, this.reader.card.snapshot().puk.triesLeft);
  }

  async block(): Promise<void> {
    const operator = new CardOperator();
    const connection = await this.reader.reader.connect();
    for (let i = 0; i < 12 && this.reader.card.snapshot().pin.triesLeft > 0; i++) {
      await operator.run(connection, { kind: 'verify', pin: bytes('999999'), lastTry: 'allow' }, () => undefined);
    }
    this.reader.readAgain();
  }

  private get file(): string {
    return join(this.folder, 'unlock.json');
  }

  private onDisk(): Buffer | null {
    return existsSync(this.file) ? readFileSync(this.file) : null;
  }

  /** What the next agent would go on from. */
  kept(): readonly KeptJourney[] | null {
    return new JourneyFile(this.folder, () => undefined).read();
  }

  /** From this moment on the agent hears and does nothing. @param lostWrites how many of its last writes the disk has lost */
  killAgent(lostWrites = 0): void {
    this.agent.stop();
    this.agentIsDead = true;
    if (lostWrites === 0) return;
    const before = this.written.at(-1 - lostWrites) ?? null;
    if (before === null) rmSync(this.file, { force: true });
    else writeFileSync(this.file, before);
  }

  /** No file can be written any more, as on a full disk. */
  fillDisk(): void {
    mkdirSync(join(this.folder, 'unlock.json.new', 'in-the-way'), { recursive: true });
  }

  freeDisk(): void {
    rmSync(join(this.folder, 'unlock.json.new'), { recursive: true, force: true });
  }

  agentIsDead = false;

  private startAgent(): void {
    this.agentIsDead = false;
    this.reader.forget();
    this.agent = this.newAgent();
  }

  /** What is down is brought up, as somebody would. */
  private async repair(): Promise<void> {
    this.freeDisk();
    await this.desk.start();
    this.reader.insert();
    if (this.agentIsDead) this.startAgent();
  }

  /** Something has happened, or is late. */
  async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopAgent = this.agent.onChange(resolve);
    const stopCard = this.reader.onChange(resolve);
    const timer = setTimeout(resolve, 40);
    await promise;
    clearTimeout(timer);
    stopAgent();
    stopCard();
  }

  /** Plays the user, until the card is unlocked and the desk knows, or nothing happens any more. */
  async unlock(): Promise<string | null> {
    const until = Date.now() + STUCK_MS;
    while (Date.now() < until) {
      this.notePuk();
      if (this.agentIsDead || !this.desk.isUp || !this.reader.isIn) await this.repair();
      const view = this.agent.view();
      if (view === null || view.step === 'failed') {
        if (this.starts >= 6) return `begun too often; the last failed with ${view?.problem ?? 'nothing'}`;
        if (this.agent.start('R', this.reader.cardId, this.way) === null) {
          this.starts += 1;
        } else await this.next();
        continue;
      }
      if (view.step === 'done') {
        // What the desk has not heard yet it hears when it can be reached.
        if (view.network === 'fine') return null;
        this.agent.retry(this.reader.cardId);
        await this.next();
        continue;
      }
      await this.act(view);
    }
    return `stuck at ${JSON.stringify(this.agent.view())}`;
  }

  private async act(view: UnlockView): Promise<void> {
    switch (view.step) {
      case 'address':
        this.messagesBefore = this.messages().length;
        if (this.agent.address(this.reader.cardId, bytes(this.person.email)) === null) this.addresses += 1;
        return;
      case 'code': {
        const message = this.messages()[this.messagesBefore];
        const latest = this.messages().at(-1);
        if (message === undefined || latest?.code === null || latest === undefined) {
          await this.next();
          return;
        }
        this.agent.code(this.reader.cardId, bytes(latest.code));
        // One that was sent for a start that the agent did not live to hear of may be overtaken by the right one.
        this.messagesBefore = 0;
        return;
      }
      case 'passcode': {
        const passcode = `8642${String(10 + this.chosen.length * 7).padStart(2, '0')}`;
        this.chosen.push(passcode);
        const refusal = this.agent.passcode(this.reader.cardId, bytes(passcode));
        if (refusal !== null) throw new Error(refusal);
        return;
      }
      case 'waiting-for-ra':
        await this.authorise();
        this.agent.retry(this.reader.cardId);
        return;
      default:
        if (view.network === 'lost' || view.problem !== null) {
          await this.repair();
          this.agent.retry(this.reader.cardId);
        }
        await this.next();
    }
  }

  private messages(): Outgoing[] {
    return this.desk.carrier.sent.filter(({ to, purpose }) => to === this.person.email && purpose === 'unlock-code');
  }

  /** As an RA does it, straight in the books: signing in and checking identity have tests of their own. */
  async authorise(): Promise<void> {
    const until = new Date(Date.now() + 15 * 60_000);
    const [check, authorisation] = [randomUUID(), randomUUID()];
    await this.desk.database.transaction(async (sql) => {
      await sql.run(
        'insert into identity_checks (id, person_id, ra_id, evidence, expires_at) values ($1, $2, $3, $4, $5)',
        [check, this.person.id, this.ra.id, 'photo-id', until],
      );
      await sql.run(
        `insert into authorisations (id, card_id, identity_check_id, ra_id, ra_card_id, expires_at)
         values ($1, $2, $3, $4, $5, $6)`,
        [authorisation, this.reader.cardId, check, this.ra.id, this.ra.cardId, until],
      );
    });
  }

  /** The card's end: a passcode that was chosen, an unblocking code that the desk has, and at most one try of it spent. */
  async judge(stuck: string | null): Promise<Verdict> {
    const why: string[] = stuck === null ? [] : [stuck];
    await this.repair();
    const { pin, puk } = this.reader.card.snapshot();
    const passcode = Buffer.from(pin.value, 'hex').toString('latin1').replaceAll('\xff', '');
    if (!this.chosen.includes(passcode)) why.push('the passcode of the card is none that was chosen');
    if (pin.triesLeft === 0) why.push('the passcode of the card is blocked');
    if (puk.triesLeft === 0) why.push('the unblocking code of the card is blocked');
    const spent = this.pukTries - this.leastPukTries;
    if (spent > 1) why.push(`${spent} tries of the unblocking code were spent`);
    const known = await this.desk.database.transaction(async (sql) => {
      const card = await findCard(sql, this.reader.cardId);
      const codes = await Promise.all(
        (['puk', 'next-puk'] as const).map((kind) => openCardSecret(sql, this.desk.ring, this.reader.cardId, kind)),
      );
      const state = card === null ? null : pukStateOf(card);
      return { codes: codes.map((code) => code?.toString('latin1') ?? null), condition: state?.condition ?? null };
    });
    const onCard = Buffer.from(puk.value, 'hex').toString('latin1');
    const isKnown = known.condition === 'settled' ? known.codes[0] === onCard : known.codes.includes(onCard);
    // Through a crash the same message may go out twice.
    const sent = new Set(this.messages().map(({ id }) => id)).size;
    if (sent > this.addresses) why.push(`${sent} messages were sent for ${this.addresses} starts`);
    if (!isKnown) why.push(`the desk does not know the unblocking code (${known.condition})`);
    if (known.condition !== 'settled' && known.condition !== 'unproven')
      why.push(`the desk holds it for ${known.condition}`);
    return { ok: why.length === 0, why, pukTriesSpent: spent, restarts: this.starts - 1 };
  }

  /** Whether any of these stands in what agent and desk have said and kept. */
  leaks(): string[] {
    const all = this.said.join('\n');
    const secrets = [this.person.email, ...this.chosen, TEST_PUK, ...this.messages().map(({ code }) => code ?? '')];
    return secrets.filter((secret) => secret !== '' && all.includes(secret));
  }

  end(): void {
    this.agent.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
