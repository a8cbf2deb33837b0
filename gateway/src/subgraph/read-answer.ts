import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { unavailable } from '@tributary/core';
import { z } from 'zod';

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});

export type SubgraphAnswer = z.output<typeof answer>;

/** Reads a subgraph's GraphQL answer, whatever its HTTP status. Throws UNAVAILABLE for an answer that is none. */
export async function readAnswer(subgraph: string, response: IncomingMessage): Promise<SubgraphAnswer> {
  try {
    const read = answer.parse(JSON.parse(await text(response)));
    if (read.data === undefined && read.errors === undefined) throw new Error('neither data nor errors');
    return read;
  } catch (cause) {
    const status = response.statusCode ?? 0;
    throw unavailable(`The "${subgraph}" subgraph gave no GraphQL answer (status ${status})`, { cause });
  }
}
