import { sign } from 'node:crypto';
import { unlockProofText } from '../../src/core/card-desk/proofs.ts';
import { makeReleaseKey, openRelease } from '../../src/core/card-desk/release-box.ts';
import { ORIGIN } from '../rig/card-desk.ts';
import { SmtpServer } from '../rig/smtp-server.ts';
import type { BenchRun } from './bench-run.ts';
import { monotonicMs } from './clock.ts';
import { askDesk } from './desk-caller.ts';
import { cardIdOf, emailOf, KEY_9E, TEST_CODE, writeRecords } from './desk-records.ts';
import { type DeskKind, DeskStage } from './desk-stage.ts';
import { roundedSpread, SPREAD_HEADS, spreadRow } from './report.ts';
import { spreadOf } from './statistics.ts';

/** 60,000 cards a month are unlocked in the whole country: one in eleven seconds of all working hours. This is fifty times that. */
const LEAST_A_SECOND = 5;
const LONGEST_MS = 5_000;
/** What is compiled and connected on the first ones is not what is asked for. */
const WARM_UP = 24;

type Settings = { readonly journeys: number; readonly clients: number };

/**
 * Unlocks from the first request to the last answer: start, code by mail, proof of the card, release opened, report. Every
 * card is another person's. Answers are not held back (`answersTakeMs` 0): that is waiting, not work.
 */
export async function measureJourneys<S extends Record<string, number> & Settings>(
  run: BenchRun<S>,
  kind: DeskKind,
): Promise<void> {
  const { journeys, clients } = run.settings;
  const name = kind.on === 'PGlite' ? 'PGlite' : `PostgreSQL, ${kind.instances} of the desk`;
  const smtp = await SmtpServer.start(['--no-tls']);
  run.undo(() => smtp.end());
  const mailbox = new Mailbox(smtp);
  const { desks } = await DeskStage.open(run, kind, smtp.port, (database, ring) =>
    database.transaction((sql) => writeRecords(sql, ring, { from: 0, count: WARM_UP + journeys, ownCodes: true })),
  );
  const addresses = desks.map(({ address }) => address);
  let next = 0;
  const times: number[] = [];
  const work = async (end: number) => {
    for (let number = next++; number < end; number = next++) {
      const from = monotonicMs();
      await unlock(addresses[number % addresses.length] ?? '', number, mailbox);
      times.push(monotonicMs() - from);
    }
  };
  const all = async (end: number) => {
    await Promise.all(Array.from({ length: clients }, () => work(end)));
    // Each client has looked one too far.
    next = end;
  };
  await all(WARM_UP);
  times.length = 0;
  const from = monotonicMs();
  await all(WARM_UP + journeys);
  const perSecond = (times.length * 1000) / (monotonicMs() - from);
  const spread = spreadOf(times);
  run.report.table(
    `${name}: ${perSecond.toFixed(1)} complete unlocks a second by ${clients} at a time; milliseconds each`,
    ['', ...SPREAD_HEADS],
    [['unlock', ...spreadRow(spread)]],
  );
  run.report.figure(name, { perSecond: Math.round(perSecond * 10) / 10, milliseconds: roundedSpread(spread) });
  run.report.limit(`${name}: unlocks`, perSecond, 'at least', LEAST_A_SECOND, 'a second');
  run.report.limit(`${name}: an unlock, p99`, spread.p99, 'at most', LONGEST_MS, 'ms');
}

async function unlock(desk: string, number: number, mailbox: Mailbox): Promise<void> {
  const cardId = cardIdOf(number);
  const address = emailOf(number);
  const { token, unlock: begun } = await askDesk(desk, 'startUnlock', { body: { cardId, address } });
  const code = await mailbox.code(address);
  const parameters = { unlock: begun.id };
  await askDesk(desk, 'checkCode', { parameters, body: { code } }, token);
  const { challenge } = await askDesk(desk, 'challenge', { parameters, body: { by: 'signature' } }, token);
  const { privateKey, publicKey: releaseKey } = makeReleaseKey();
  const text = unlockProofText({ origin: ORIGIN, unlock: begun.id, cardId, challenge, releaseKey });
  const signature = sign('sha256', text, KEY_9E.privateKey).toString('base64');
  const proof = { by: 'signature' as const, signature };
  const body = { releaseKey: Buffer.from(releaseKey).toString('base64'), proof };
  const { release } = await askDesk(desk, 'proveCard', { parameters, body }, token);
  const { attempt, mode, box } = release;
  const { puk, next } = openRelease(privateKey, { unlock: begun.id, attempt, mode }, box);
  if (Buffer.from(puk).toString() !== TEST_CODE || next === null) throw new Error('another code was released');
  const told = { parameters: { ...parameters, attempt: String(attempt) }, body: { result: 'changed' as const } };
  const reported = await askDesk(desk, 'report', told, token);
  if (reported.unlock.phase !== 'unlocked') throw new Error(`the unlock ended as ${reported.unlock.phase}`);
}

/** What the SMTP server has taken, by recipient. */
class Mailbox {
  private readonly codes = new Map<string, PromiseWithResolvers<string>>();

  constructor(smtp: SmtpServer) {
    void this.read(smtp);
  }

  code(address: string): Promise<string> {
    return this.slot(address).promise;
  }

  private slot(address: string): PromiseWithResolvers<string> {
    const slot = this.codes.get(address) ?? Promise.withResolvers<string>();
    this.codes.set(address, slot);
    return slot;
  }

  private async read(smtp: SmtpServer): Promise<void> {
    for (;;) {
      // The server ends with the measurement.
      const mail = await smtp.mail().catch(() => null);
      if (mail === null) return;
      const code = /Your code is (\d{6})/.exec(mail.raw)?.[1];
      if (code !== undefined) this.slot(mail.to[0] ?? '').resolve(code);
    }
  }
}
