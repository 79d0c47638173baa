import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import {
  COMMON_REFUSALS,
  DESK_OPERATIONS,
  IdempotencyKeySchema,
} from '../../../../src/core/contract/card-desk/operations.ts';
import {
  DESK_PROBLEMS,
  type DeskProblemCode,
  DeskProblemSchema,
} from '../../../../src/core/contract/card-desk/problems.ts';

/** The OpenAPI 3.1 document, made of the same schemas that judge requests and answers. */

type Json = { readonly [key: string]: unknown };

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: jsonSchemaOf(IdempotencyKeySchema),
};
const PROBLEM = { $ref: '#/components/schemas/Problem' };

export function openApiDocument(version: string): Json {
  const schemas: Record<string, unknown> = { Problem: jsonSchemaOf(DeskProblemSchema) };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries(DESK_OPERATIONS)) {
    const { method, path, says, token, parameters, query, body, done, answer, refusals } = operation;
    const success: Record<string, unknown> = { description: 'Done.' };
    if (answer !== null) {
      const { title } = v.getMetadata(answer);
      const key = typeof title === 'string' ? title : name;
      schemas[key] = jsonSchemaOf(answer);
      success.content = { 'application/json': { schema: { $ref: `#/components/schemas/${key}` } } };
    }
    const item = paths[path] ?? {};
    paths[path] = item;
    item[method.toLowerCase()] = {
      operationId: name,
      summary: says,
      parameters: [
        ...parametersOf('path', parameters),
        ...parametersOf('query', query),
        ...('once' in operation ? [IDEMPOTENCY_KEY] : []),
      ],
      ...(body === null
        ? {}
        : {
            requestBody: { required: true, content: { 'application/json': { schema: jsonSchemaOf(body, 'input') } } },
          }),
      responses: { [done]: success, ...refusalsOf([...refusals, ...COMMON_REFUSALS]) },
      security: token === null ? [] : [{ [token]: [] }],
    };
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Wardkey card desk',
      version,
      description: 'Unlock of smartcards, by their owners and with an RA. See docs/card-desk.md.',
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        journey: { type: 'http', scheme: 'bearer', description: 'The token of the ticket.' },
        ra: { type: 'http', scheme: 'bearer', description: 'The token of the session of an RA.' },
      },
    },
  };
}

function jsonSchemaOf(schema: v.GenericSchema, typeMode: 'input' | 'output' = 'output'): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode,
    // Trimming has no counterpart in JSON Schema, and changes no shape.
    ignoreActions: ['trim'],
  });
  return rest;
}

function parametersOf(where: 'path' | 'query', schema: v.GenericSchema): Json[] {
  const { properties = {}, required = [] } = jsonSchemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema: property,
  }));
}

/** Several codes may come with one status. */
function refusalsOf(codes: readonly DeskProblemCode[]): Json {
  const statuses = [...new Set(codes.map((code) => DESK_PROBLEMS[code].status))].toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const named = codes.filter((code) => DESK_PROBLEMS[code].status === status);
      const description = named.map((code) => `${code}: ${DESK_PROBLEMS[code].says}`).join(' ');
      return [String(status), { description, content: { 'application/json': { schema: PROBLEM } } }];
    }),
  );
}
