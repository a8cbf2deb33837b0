import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { AppError, type ErrorCode, type ErrorReason } from '@tributary/core';
import { z } from 'zod';
import { OverLimit } from '../limits/over-limit.ts';

/** Own properties are all kept, also one named `__proto__`, which a client may choose as an alias. */
const data = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** A detail of an error that is not as GraphQL wants it is left out; the error itself is kept. */
const error = z.looseObject({
  message: z.string().catch('The subgraph reported an error without a message'),
  path: z
    .array(z.union([z.string(), z.int()]))
    .optional()
    .catch(undefined),
  locations: z.array(z.unknown()).optional().catch(undefined),
  extensions: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
const errors = z.array(error.catch({ message: 'The subgraph reported an error that is no object' }));
const body = z.looseObject({ data: data.nullish(), errors: errors.nullish() });

export interface SubgraphAnswer {
  data?: Record<string, unknown> | null | undefined;
  errors?: z.output<typeof errors> | undefined;
}

/**
 * Reads a subgraph's GraphQL answer, whatever its HTTP status. Where there is none, throws UNAUTHENTICATED for status 401,
 * FORBIDDEN for 403, else UNAVAILABLE: a client retries on the last only.
 */
export async function readAnswer(
  subgraph: string,
  response: IncomingMessage,
  readText = () => text(response),
): Promise<SubgraphAnswer> {
  try {
    const read = body.parse(JSON.parse(await readText()));
    if (read.data === undefined && !read.errors?.length) throw new Error('neither data nor errors');
    return {
      ...(read.data === undefined ? {} : { data: read.data }),
      ...(read.errors?.length ? { errors: read.errors.map(withoutAbsent) } : {}),
    };
  } catch (cause) {
    if (cause instanceof OverLimit) throw cause;
    const status = response.statusCode ?? 0;
    const [code, reason] = byStatus.get(status) ?? (['UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE'] as const);
    throw new AppError(code, `The "${subgraph}" subgraph gave no GraphQL answer (status ${status})`, { reason, cause });
  }
}

const byStatus = new Map<number, readonly [ErrorCode, ErrorReason]>([
  [401, ['UNAUTHENTICATED', 'INTERNAL_TOKEN_INVALID']],
  [403, ['FORBIDDEN', 'GATEWAY_ONLY']],
]);

/** @apollo/gateway makes a GraphQLError of it, for which a path that is undefined is one that is set. */
function withoutAbsent<E extends object>(value: E): E {
  for (const [name, member] of Object.entries(value)) if (member === undefined) Reflect.deleteProperty(value, name);
  return value;
}
