import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outgoing } from '../../../services/card-desk/src/messages/message.ts';
import { notifyCarrier } from '../../../services/card-desk/src/messages/notify.ts';
import { smtpCarrier } from '../../../services/card-desk/src/messages/smtp.ts';
import { start } from '../../contract/card-desk/stage.ts';
import { CardAtDesk } from '../../rig/card-at-desk.ts';
import { DeskUnderTest, PERSON, PGLITE, TEMPLATES } from '../../rig/card-desk.ts';
import { API_KEY, NotifyStandIn } from '../../rig/notify-stand-in.ts';
import { SmtpServer } from '../../rig/smtp-server.ts';

const ORGANISATION = { name: 'Ward Trust', help: 'your RA, through HR: 0113 496 0000' };
const message = (changes: Partial<Outgoing> = {}): Outgoing => ({
  id: '00000000-0000-4000-8000-00000000000a',
  purpose: 'unlock-code',
  channel: 'email',
  to: 'ada@ward.example',
  language: 'en',
  code: '042917',
  ...changes,
});

describe('email by a real SMTP server', () => {
  let server: SmtpServer;
  beforeAll(async () => {
    server = await SmtpServer.start();
  });
  afterAll(() => server.end());
  const carrier = (url = `smtp://127.0.0.1:${server.port}`) =>
    smtpCarrier(url, 'Card desk <desk@ward.example>', ORGANISATION);

  test('arrives, encrypted where the server offers it, to one recipient, with the code and who helps', async () => {
    const smtp = carrier();
    await smtp.send(message());
    const mail = await server.mail();
    expect(mail).toMatchObject({ from: { address: 'desk@ward.example' }, to: ['ada@ward.example'], secure: true });
    expect(mail.raw).toContain('Message-ID: <00000000-0000-4000-8000-00000000000a@ward.example>');
    expect(mail.raw).toContain('Auto-Submitted: auto-generated');
    expect(mail.raw).toContain('Your code is 042917');
    expect(mail.raw).toContain('0113 496 0000');
    smtp.close();
  });

  test('in Welsh, and without a code where there is none', async () => {
    const smtp = carrier();
    await smtp.send(message({ language: 'cy' }));
    expect((await server.mail()).raw).toContain('Eich cod yw 042917');
    await smtp.send(message({ purpose: 'unlocking', code: null }));
    expect((await server.mail()).raw).toContain('Subject: Your smartcard is being unlocked');
    smtp.close();
  });

  test('with user and password', async () => {
    const smtp = carrier(`smtp://desk:p%40ss%3Aword@127.0.0.1:${server.port}`);
    await smtp.send(message());
    expect((await server.mail()).user).toBe('desk');
    smtp.close();
    const wrong = carrier(`smtp://desk:wrong@127.0.0.1:${server.port}`);
    await expect(wrong.send(message())).rejects.toMatchObject({ name: 'DeliveryError' });
    wrong.close();
  });

  test('that is refused says so without naming anybody', async () => {
    const smtp = carrier();
    await expect(smtp.send(message({ to: 'reject@ward.example' }))).rejects.toMatchObject({
      message: 'SMTP 550',
      permanent: true,
    });
    await expect(smtp.send(message({ to: 'later@ward.example' }))).rejects.toMatchObject({
      message: 'SMTP 451',
      permanent: false,
    });
    smtp.close();
    const nowhere = carrier('smtp://127.0.0.1:1');
    await expect(nowhere.send(message())).rejects.toMatchObject({
      permanent: false,
      message: expect.stringMatching(/^E[A-Z]+$/),
    });
    nowhere.close();
  });
});

describe('GOV.UK Notify by its own client', () => {
  let notify: NotifyStandIn;
  beforeAll(async () => {
    notify = await NotifyStandIn.start();
  });
  afterAll(() => notify.end());
  const carrier = (key = API_KEY) => notifyCarrier(notify.url, key, TEMPLATES, ORGANISATION);

  test('is told template, address and fields, by text message and by email', async () => {
    await carrier().send(message({ channel: 'mobile', to: '+447700900123' }));
    expect(notify.received.at(-1)).toEqual({
      path: '/v2/notifications/sms',
      template_id: TEMPLATES['unlock-code'],
      phone_number: '+447700900123',
      personalisation: { code: '042917', help: ORGANISATION.help, language: 'en' },
      reference: message().id,
    });
    await carrier().send(message({ purpose: 'unlocking', code: null }));
    expect(notify.received.at(-1)).toMatchObject({
      path: '/v2/notifications/email',
      email_address: 'ada@ward.example',
      template_id: TEMPLATES.unlocking,
    });
  });

  test.each([
    [400, true],
    [403, true],
    [429, false],
    [500, false],
  ])('%i: permanent is %s, and nobody is named', async (status, permanent) => {
    notify.failNext = status;
    await expect(carrier().send(message())).rejects.toMatchObject({ message: `Notify ${status}`, permanent });
  });

  test('does not take a key that is not ours', async () => {
    const wrong = carrier(API_KEY.replace(/2$/, '3'));
    await expect(wrong.send(message())).rejects.toMatchObject({ message: 'Notify 403' });
  });
});

test('a whole desk sends its code through both', async () => {
  const [server, notify] = [await SmtpServer.start(), await NotifyStandIn.start()];
  const carriers = {
    email: smtpCarrier(`smtp://127.0.0.1:${server.port}`, 'desk@ward.example', ORGANISATION),
    mobile: notifyCarrier(notify.url, API_KEY, TEMPLATES, ORGANISATION),
  };
  const desk = await DeskUnderTest.start(await (await PGLITE.fresh()).open(), { carriers });
  await desk.enrolPerson();
  const card = await CardAtDesk.issue();
  await desk.enrolCard(card.enrolment(PERSON.userId));
  await card.block();
  const ticket = await start(desk, card.cardId);
  const code = /Your code is (\d{6})/.exec((await server.mail()).raw)?.[1] ?? '';
  await desk.does('checkCode', { parameters: { unlock: ticket.unlock.id }, body: { code } }, ticket.token);
  expect(await card.unlock(desk, ticket, '135792')).toMatchObject({ phase: 'unlocked' });
  expect((await server.mail()).raw).toContain('Your smartcard is being unlocked');
  await start(desk, card.cardId, PERSON.mobile);
  // That it is being unlocked, and the code.
  await expect.poll(() => notify.received.length).toBe(2);
  await desk.service.close();
  await server.end();
  await notify.end();
}, 60_000);
