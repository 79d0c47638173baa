import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskHttpRequest, deskResultOf } from '../../../src/core/contract/card-desk/http.ts';
import { DESK_OPERATIONS, type DeskOperationName } from '../../../src/core/contract/card-desk/operations.ts';
import { otherThan, start, startAndType } from '../../contract/card-desk/stage.ts';
import { ask, CardAtDesk } from '../../rig/card-at-desk.ts';
import { DeskUnderTest, PERSON, PGLITE, RA } from '../../rig/card-desk.ts';

// The document that the desk serves, against the OpenAPI 3.1 schema, and against what the client says and understands.

type Schema = object;
type Operation = {
  operationId: string;
  parameters: Array<{ name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: Schema }>;
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: Record<string, { content?: { 'application/json': { schema: Schema } } }>;
  security: object[];
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

let desk: DeskUnderTest;
let document: Document;
beforeAll(async () => {
  desk = await DeskUnderTest.start(await (await PGLITE.fresh()).open());
  document = (await (await fetch(`${desk.service.address}/openapi.json`)).json()) as Document;
}, 120_000);
afterAll(() => desk.service.close());

test('is an OpenAPI 3.1 document', async () => {
  expect(document.openapi).toBe('3.1.0');
  const verdict = await new Validator().validate(structuredClone(document));
  expect(verdict.errors ?? []).toEqual([]);
  expect(verdict.valid).toBe(true);
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

test('has every operation of the client, and no other', () => {
  const served = operations().map(
    ({ path, method, operation }) => `${operation.operationId} ${method.toUpperCase()} ${path}`,
  );
  const known = Object.entries(DESK_OPERATIONS).map(([name, { method, path }]) => `${name} ${method} ${path}`);
  expect(served.toSorted()).toEqual(known.toSorted());
});

/** A validator by JSON Schema alone: none of our own schemas is asked. */
function validator(schema: Schema) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'desk', components: document.components });
  const resolved = JSON.parse(JSON.stringify(schema).replaceAll('#/components/', 'desk#/components/')) as Schema;
  return ajv.compile(resolved);
}

describe('what the client says and hears in whole journeys', () => {
  test('is what the document says, request and answer', async () => {
    await desk.enrolPerson();
    const card = await CardAtDesk.issue();
    await desk.enrolCard(card.enrolment(PERSON.userId));
    await card.block();
    const wrong = await start(desk, card.cardId);
    const { code } = await desk.email.message(0, 'unlock-code');
    await desk.call('checkCode', ask(wrong, { code: otherThan(code) }), wrong.token);
    const ticket = await startAndType(desk, card.cardId);
    await desk.call('unlock', { parameters: { unlock: ticket.unlock.id } }, ticket.token);
    await card.unlock(desk, ticket, '135792');
    await card.block();
    await desk.enrolPerson(RA);
    const raCard = await CardAtDesk.issue();
    await desk.enrolCard(raCard.enrolment(RA.userId));
    const token = await raCard.signIn(desk);
    const { people } = await desk.does('findPeople', { query: { find: PERSON.userId } }, token);
    const person = people[0]?.id ?? '';
    const { id: identityCheck } = await desk.does(
      'checkIdentity',
      { body: { person, evidence: 'staff-badge' } },
      token,
    );
    await desk.does('authorise', { body: { identityCheck, cardId: card.cardId } }, token);
    const joined = await desk.does('joinUnlock', { body: { cardId: card.cardId } });
    await card.unlock(desk, joined, '246813');
    const { id } = await desk.does('addAddress', { body: { identityCheck, address: '07700 900999' } }, token);
    const message = await desk.mobile.message(0, 'address-code');
    await desk.does('proveAddress', { parameters: { proof: id }, body: { code: message.code ?? '' } }, token);
    await desk.does('signOut', {}, token);
    await desk.does('about', {});
    const handOver = await raCard.handOver(desk);
    await desk.does('takeHandOver', { body: { handOver } });
    await desk.call('takeHandOver', { body: { handOver } });
    await desk.call('findPeople', { query: { find: 'ada' } }, token);

    const used = new Set<string>();
    for (const { operation: name, ask: request, status, body } of desk.exchanges) {
      used.add(name);
      const found = operations().find(({ operation }) => operation.operationId === name);
      if (found === undefined) throw new Error(name);
      const { operation } = found;
      const response = operation.responses[String(status)];
      expect(response, `${name} ${status}`).toBeDefined();
      const answer = response?.content?.['application/json'].schema;
      if (answer === undefined) expect(body).toBeNull();
      else {
        const judge = validator(answer);
        expect(judge(body), `${name} ${status} ${JSON.stringify(judge.errors)}`).toBe(true);
      }
      const http = deskHttpRequest(name, request, null, 'k'.repeat(43));
      if (operation.requestBody === undefined) expect(http.body).toBeNull();
      else {
        const judge = validator(operation.requestBody.content['application/json'].schema);
        expect(judge(JSON.parse(http.body ?? 'null')), `${name} ${JSON.stringify(judge.errors)}`).toBe(true);
      }
      for (const { name: parameter, in: where, required, schema } of operation.parameters) {
        const given: Record<'path' | 'query' | 'header', object | undefined> = {
          path: request.parameters,
          query: request.query,
          header: http.headers,
        };
        const value: unknown = Object.entries(given[where] ?? {}).find(
          ([key]) => key.toLowerCase() === parameter.toLowerCase(),
        )?.[1];
        if (value === undefined) expect(required).toBe(false);
        else expect(validator(schema)(value), `${name} ${parameter}`).toBe(true);
      }
    }
    expect([...used].toSorted()).toEqual(Object.keys(DESK_OPERATIONS).toSorted());
  });

  test('what the document forbids, the desk refuses', async () => {
    const { address } = desk.service;
    for (const name of Object.keys(DESK_OPERATIONS) as DeskOperationName[]) {
      const { method, path, body } = DESK_OPERATIONS[name];
      if (body === null) continue;
      const found = operations().find(({ operation }) => operation.operationId === name);
      const schema = found?.operation.requestBody?.content['application/json'].schema ?? {};
      const forbidden = { surplus: true };
      expect(validator(schema)(forbidden), name).toBe(false);
      const response = await fetch(`${address}${path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(forbidden),
      });
      expect(response.status, name).toBe(400);
    }
  });

  test('an answer that is none of this desk is not taken for one', () => {
    expect(deskResultOf('unlock', 200, { phase: 'unlocked' })).toBeNull();
    expect(deskResultOf('unlock', 404, { error: 'proxy' })).toBeNull();
    expect(deskResultOf('unlock', 200, { code: 'Desk_NotFound', says: '', next: '' })).toBeNull();
    expect(deskResultOf('unlock', 503, { code: 'Desk_NotFound', says: '', next: '' })).toBeNull();
  });
});
