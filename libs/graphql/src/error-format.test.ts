import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { badConfig, conflict, unavailable } from '@tributary/core';
import { GraphQLError } from 'graphql';
import { openSubgraph } from '../fixtures/open-subgraph.ts';

const secret = 'mysql://root:s3cret@db';
const boom = (error: unknown) => () => {
  throw error;
};
let sample: Awaited<ReturnType<typeof openSubgraph>>;

beforeAll(async () => {
  sample = await openSubgraph({
    typeDefs: `type Query {
      hello: String! conflict: String unavailable: String bug: String text: String config: String own: String }`,
    resolvers: {
      Query: {
        hello: () => 'world',
        conflict: boom(conflict('"x" is taken', { reason: 'EMAIL_TAKEN', cause: new Error(secret) })),
        unavailable: boom(unavailable('The database is not reachable', { cause: new Error(secret) })),
        bug: boom(new TypeError(secret)),
        text: boom(secret),
        config: boom(badConfig(secret)),
        own: boom(new GraphQLError('said on purpose', { extensions: { code: 'RATE_LIMITED', seconds: 3 } })),
      },
    },
  });
});

beforeEach(() => {
  sample.lines.length = 0;
});

afterAll(() => sample.stop());

describe('the error a client sees', () => {
  test.each([
    ['conflict', 'CONFLICT', 'EMAIL_TAKEN', '"x" is taken'],
    ['unavailable', 'UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'The database is not reachable'],
  ])(
    'is the code, the reason and the message of what was thrown on purpose, without its cause: %s',
    async (field, code, reason, message) => {
      const { data, errors } = await sample.ask(`{ hello ${field} }`);
      expect(data).toEqual({ hello: 'world', [field]: null });
      expect(errors).toEqual([{ message, path: [field], locations: expect.anything(), extensions: { code, reason } }]);
    },
  );

  test.each(['bug', 'text', 'config'])(
    'says nothing of a fault of ours but an id, under which the log has it all: %s',
    async (field) => {
      const { data, errors } = await sample.ask(`query Named { hello ${field} }`);
      expect(data).toEqual({ hello: 'world', [field]: null });
      expect(errors).toMatchObject([
        { message: 'Internal server error', path: [field], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
      expect(JSON.stringify(errors)).not.toContain('s3cret');
      const requestId = errors?.[0]?.extensions.requestId;
      const logged = sample.lines.map((line) => JSON.parse(line)).find((line) => line.level === 50);
      expect(logged).toMatchObject({ requestId, operationName: 'Named', path: [field] });
      expect(JSON.stringify(logged)).toContain('s3cret');
    },
  );

  test('is GraphQL’s own as it stands, for a query that does not fit the schema too', async () => {
    const own = await sample.ask('{ own }');
    expect(own.errors).toMatchObject([
      { message: 'said on purpose', extensions: { code: 'RATE_LIMITED', seconds: 3 } },
    ]);
    const invalid = await sample.ask('{ nothing }');
    expect(invalid.status).toBe(400);
    expect(invalid.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  test('never holds a stack, and what was thrown on purpose fills no error log', async () => {
    const { errors } = await sample.ask('{ conflict own }');
    expect(JSON.stringify(errors)).not.toMatch(/stacktrace|\.ts:/);
    expect(sample.lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });
});
