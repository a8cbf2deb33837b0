import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { AppError, type ErrorCode, type ErrorReason } from '@tributary/core';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { z } from 'zod';
import { LimitExceededError } from '../../errors.ts';

/** All own properties are kept, also `__proto__`, which a client may choose as an alias. */
const data = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** A malformed detail of an error is left out; the error itself is kept. */
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
 * Reads a subgraph's GraphQL response, whatever its HTTP status. Without one, throws UNAUTHENTICATED for status 401,
 * FORBIDDEN for 403, otherwise UNAVAILABLE: a client retries only on the last.
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
    if (cause instanceof LimitExceededError) throw cause;
    const status = response.statusCode ?? 0;
    const [code, reason] = byStatus.get(status) ?? (['UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE'] as const);
    throw new AppError(code, `The "${subgraph}" subgraph gave no GraphQL answer (status ${status})`, { reason, cause });
  }
}

const byStatus = new Map<number, readonly [ErrorCode, ErrorReason]>([
  [401, ['UNAUTHENTICATED', 'INTERNAL_TOKEN_INVALID']],
  [403, ['FORBIDDEN', 'GATEWAY_ONLY']],
]);

/** @apollo/gateway makes a GraphQLError of it and takes an undefined path for a set one. */
function withoutAbsent<E extends object>(value: E): E {
  for (const [name, member] of Object.entries(value)) if (member === undefined) Reflect.deleteProperty(value, name);
  return value;
}

/** A request may concern thousands of entities; the first ones are enough for a client. */
const maxErrors = 100;

/**
 * The error of a subgraph request that failed as a whole, once for each requested field, with the path the subgraph
 * would have given it: a root field of the operation, or a field of one of its entities.
 */
export function locateError(
  error: GraphQLError,
  request: { document: DocumentNode; operationName?: string | undefined; variables: Record<string, unknown> },
): GraphQLFormattedError[] {
  const { message, extensions } = error;
  const operation = getOperationAST(request.document, request.operationName);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of request.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  /** The response keys that a selection set adds to an object of that type; to any type without one. */
  function keysIn(set: SelectionSetNode | undefined, typeName?: unknown): string[] {
    const keys = (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) {
        return selection.name.value === '__typename' ? [] : [(selection.alias ?? selection.name).value];
      }
      const below = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const condition = below?.typeCondition?.name.value;
      const applies = typeName === undefined || condition === undefined || condition === typeName;
      return applies ? keysIn(below?.selectionSet, typeName) : [];
    });
    return [...new Set(keys)];
  }

  const { representations } = request.variables;
  const [entities] = operation?.selectionSet.selections ?? [];
  const paths =
    Array.isArray(representations) && entities?.kind === Kind.FIELD
      ? representations.slice(0, maxErrors).flatMap((representation, index) => {
          const keys = keysIn(entities.selectionSet, Object(representation).__typename);
          return keys.map((key) => ['_entities', index, key]);
        })
      : keysIn(operation?.selectionSet).map((key) => [key]);
  const located = paths.slice(0, maxErrors).map((path) => ({ message, path, extensions: { ...extensions } }));
  return located.length > 0 ? located : [{ message, extensions }];
}
