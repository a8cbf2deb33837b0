import { invalidInput } from '@tributary/core';
import type { Request } from 'express';
import { z } from 'zod';

const object = z.record(z.string(), z.unknown()).nullish();
const parameters = z
  .object({
    query: z.string().nullish(),
    operationName: z.string().nullish(),
    variables: object,
    extensions: object,
  })
  .refine(({ query, extensions }) => query || extensions?.persistedQuery, {
    path: ['query'],
    error: 'needed where the extensions do not name it by its hash',
  });

export type OperationParameters = z.output<typeof parameters>;

/** The operation of a POST's JSON body or of a GET's query string. Throws BAD_USER_INPUT naming what is missing or wrong. */
export function readParameters(request: Request): OperationParameters {
  const given: unknown = request.method === 'GET' ? { ...request.query, ...jsonOf(request.query) } : request.body;
  const read = parameters.safeParse(given);
  if (read.success) return read.data;
  const name = read.error.issues[0]?.path[0];
  throw invalidInput(
    name === undefined
      ? 'The request must carry one operation, as a JSON object'
      : `The parameter "${String(name)}" is missing or of a wrong type`,
  );
}

function jsonOf(query: Request['query']) {
  const named = Object.entries(query).filter(([name]) => name === 'variables' || name === 'extensions');
  return Object.fromEntries(
    named.map(([name, text]) => {
      try {
        return [name, JSON.parse(String(text))];
      } catch {
        throw invalidInput(`The parameter "${name}" is not valid JSON`);
      }
    }),
  );
}
