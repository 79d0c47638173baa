import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeyLine } from '../../services/card-desk/src/secrets/key-ring.ts';
import { PIN_REFERENCE, verifyPin } from '../../src/core/card/piv/pin.ts';
import { sign } from '../../src/core/card/piv/signature.ts';
import { signInProofText } from '../../src/core/card-desk/proofs.ts';
import { deskHttpRequest, deskResultOf } from '../../src/core/contract/card-desk/http.ts';
import type { DeskAnswer, DeskAsk, DeskOperationName } from '../../src/core/contract/card-desk/operations.ts';
import { TEST_PIN } from '../../src/simulator/pki/issue-card.ts';
import { BEN } from '../../src/simulator/pki/person.ts';
import { CardAtDesk } from '../rig/card-at-desk.ts';
import { PERSON, RA, TEMPLATES } from '../rig/card-desk.ts';
import { CardDeskFolder, type ServingDesk } from '../rig/card-desk-process.ts';
import { API_KEY, NotifyStandIn } from '../rig/notify-stand-in.ts';
import { SmtpServer } from '../rig/smtp-server.ts';

/** Whose card it is. The mobile number is not the one that the page gives as an example, which it always holds. */
export const OWNER = { ...PERSON, mobile: '07700 900456' };

/**
 * A card desk as an organisation runs it: its program in a process of its own, with a real SMTP server; text messages go to a
 * stand-in of GOV.UK Notify. One person with a card, and an RA with theirs.
 */
export class RunningDesk {
  readonly origin: string;
  readonly card: CardAtDesk;
  readonly smtp: SmtpServer;
  readonly notify: NotifyStandIn;
  readonly #folder: CardDeskFolder;
  readonly #ra: CardAtDesk;
  #serving: ServingDesk;

  private constructor(
    origin: string,
    parts: { card: CardAtDesk; ra: CardAtDesk; smtp: SmtpServer; notify: NotifyStandIn },
    folder: CardDeskFolder,
    serving: ServingDesk,
  ) {
    this.origin = origin;
    this.card = parts.card;
    this.#ra = parts.ra;
    this.smtp = parts.smtp;
    this.notify = parts.notify;
    this.#folder = folder;
    this.#serving = serving;
  }

  static async start(): Promise<RunningDesk> {
    const path = await mkdtemp(join(tmpdir(), 'desk-'));
    const [port, smtp, notify, card, ra] = await Promise.all([
      freePort(),
      SmtpServer.start(['--no-tls']),
      NotifyStandIn.start(),
      CardAtDesk.issue(),
      CardAtDesk.issue({ person: BEN }),
    ]);
    const origin = `http://127.0.0.1:${port}`;
    writeFileSync(join(path, 'keys'), newKeyLine('first'), { mode: 0o600 });
    const environment = {
      CARD_DESK_KEYS_FILE: join(path, 'keys'),
      CARD_DESK_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      CARD_DESK_NOTIFY_API_KEY: API_KEY,
    };
    const folder = new CardDeskFolder(path, environment, {
      origin,
      listen: { port },
      sms: { by: 'notify', templates: TEMPLATES },
      notify: { baseUrl: notify.url },
    });
    await folder.run(['person'], [OWNER, RA].map((each) => JSON.stringify(each)).join('\n'));
    const cards = [card.enrolment(OWNER.userId), ra.enrolment(RA.userId)];
    await folder.run(['enrol'], cards.map((each) => JSON.stringify(each)).join('\n'));
    return new RunningDesk(origin, { card, ra, smtp, notify }, folder, await folder.serve());
  }

  /** What an organisation's policy says of it. */
  get policy() {
    return { mode: 'in-app', address: this.origin, loopback: true, proxy: 'none' };
  }

  /** The code of the next email. */
  async emailedCode(): Promise<string> {
    // Headers have numbers of their own.
    return codeIn(/Your code is \d{6}/.exec((await this.smtp.mail()).raw)?.[0] ?? '');
  }

  /** The code of the latest text message; null: none was sent. */
  textedCode(): string | null {
    const text = this.notify.received.findLast(({ path }) => path.endsWith('/sms'));
    return text === undefined ? null : codeIn(JSON.stringify(text.personalisation));
  }

  /** An RA signs in with the own card, sees who is there, and authorises the card. */
  async authorise(): Promise<void> {
    const asked = await this.#does('signInChallenge', { body: {} });
    await verifyPin(this.#ra.exchange, PIN_REFERENCE.application, Uint8Array.from(Buffer.from(TEST_PIN, 'latin1')));
    const certificate = this.#ra.certificate('9a');
    const text = signInProofText({ origin: this.origin, challenge: asked.challenge, certificate: certificate.raw });
    const signature = await sign(this.#ra.exchange, '9A', certificate.publicKey, text);
    const signedIn = await this.#does('signIn', {
      body: {
        challenge: asked.id,
        certificate: certificate.raw.toString('base64'),
        signature: Buffer.from(signature).toString('base64'),
      },
    });
    const { people } = await this.#does('findPeople', { query: { find: this.card.cardId } }, signedIn.token);
    const check = { body: { person: people[0]?.id ?? '', evidence: 'photo-id' as const } };
    const { id: identityCheck } = await this.#does('checkIdentity', check, signedIn.token);
    await this.#does('authorise', { body: { identityCheck, cardId: this.card.cardId } }, signedIn.token);
  }

  /** Gone, as when the network is. */
  async goAway(): Promise<void> {
    await this.#serving.end();
  }

  async comeBack(): Promise<void> {
    this.#serving = await this.#folder.serve();
  }

  async end(): Promise<void> {
    await this.#serving.end('SIGKILL');
    await Promise.all([this.smtp.end(), this.notify.end()]);
    rmSync(this.#folder.path, { recursive: true, force: true });
  }

  async #does<Name extends DeskOperationName>(
    operation: Name,
    ask: Partial<DeskAsk<Name>>,
    token: string | null = null,
  ): Promise<DeskAnswer<Name>> {
    const { method, target, headers, body } = deskHttpRequest(operation, ask, token);
    const response = await fetch(`${this.origin}${target}`, { method, headers, body });
    const result = deskResultOf(operation, response.status, await response.json());
    if (result?.ok !== true) throw new Error(`${operation} was refused with ${response.status}`);
    return result.answer;
  }
}

function codeIn(text: string): string {
  const code = /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0];
  if (code === undefined) throw new Error(`no code in: ${text}`);
  return code;
}

/** Playwright's fixture of a card desk, for one test. */
// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from this pattern.
export async function runningDesk({}: object, use: (desk: RunningDesk) => Promise<void>): Promise<void> {
  const desk = await RunningDesk.start();
  await use(desk);
  await desk.end();
}

/** The desk has to know its own address before it listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
