import { afterEach } from 'vitest';
import type { Database } from '../../../services/card-desk/src/store/database.ts';
import type { DeskAnswer } from '../../../src/core/contract/card-desk/operations.ts';
import type { CardOrder } from '../../../src/simulator/pki/issue-card.ts';
import { CardAtDesk } from '../../rig/card-at-desk.ts';
import { type DatabaseUnderTest, DeskUnderTest, PERSON, RA } from '../../rig/card-desk.ts';

/** What most tests of the desk begin with; everything is closed after each. */
export function stage(under: DatabaseUnderTest) {
  const closing: Array<() => Promise<void>> = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  type Options = Parameters<typeof DeskUnderTest.start>[1];

  async function database(): Promise<() => Promise<Database>> {
    const fresh = await under.fresh();
    closing.push(() => fresh.drop());
    return () => fresh.open();
  }

  async function openDesk(options: Options = {}, open?: () => Promise<Database>): Promise<DeskUnderTest> {
    const desk = await DeskUnderTest.start(await (open ?? (await database()))(), options);
    closing.push(() => desk.service.close());
    return desk;
  }

  /** A desk that knows Ada and her blocked card. */
  async function blockedCard(options: Options = {}, order: CardOrder = {}) {
    const desk = await openDesk(options);
    await desk.enrolPerson();
    const card = await CardAtDesk.issue(order);
    await desk.enrolCard(card.enrolment(PERSON.userId));
    await card.block();
    return { desk, card };
  }

  /** An RA who is signed in, with a card of the own. */
  async function signedInRa(desk: DeskUnderTest) {
    const person = await desk.enrolPerson(RA);
    const card = await CardAtDesk.issue();
    await desk.enrolCard(card.enrolment(RA.userId));
    return { token: await card.signIn(desk), card, person };
  }

  return { database, openDesk, blockedCard, signedInRa, closing };
}

export type Ticket = DeskAnswer<'startUnlock'>;

export async function start(desk: DeskUnderTest, cardId: string, address: string = PERSON.email): Promise<Ticket> {
  return await desk.does('startUnlock', { body: { cardId, address } });
}

/** Started, with the code of the message typed in. */
export async function startAndType(desk: DeskUnderTest, cardId: string): Promise<Ticket> {
  const before = desk.email.sent.filter(({ purpose }) => purpose === 'unlock-code').length;
  const ticket = await start(desk, cardId);
  const { code } = await desk.email.message(before, 'unlock-code');
  await desk.does('checkCode', { parameters: { unlock: ticket.unlock.id }, body: { code: code ?? '' } }, ticket.token);
  return ticket;
}

/** An RA has seen who Ada is, and may act for her: resolves with whom they checked, and by which check. */
export async function checkIdentity(desk: DeskUnderTest, token: string) {
  const { people } = await desk.does('findPeople', { query: { find: PERSON.userId } }, token);
  const person = people[0]?.id ?? '';
  const { id } = await desk.does('checkIdentity', { body: { person, evidence: 'photo-id' } }, token);
  return { person, identityCheck: id };
}

/** An RA has checked who Ada is, and lets her card be unlocked. Resolves with the check. */
export async function authorise(desk: DeskUnderTest, token: string, cardId: string): Promise<string> {
  const { identityCheck } = await checkIdentity(desk, token);
  await desk.does('authorise', { body: { identityCheck, cardId } }, token);
  return identityCheck;
}

/** A code that is not this one. */
export const otherThan = (code: string | null): string => (code === '123456' ? '654321' : '123456');
