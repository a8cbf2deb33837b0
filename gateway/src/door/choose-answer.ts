import { getOperationAST, type OperationTypeNode, parse } from 'graphql';
import { type AnswerType, acceptedTypes, eventStream, graphqlJson, json, multipart } from './accepted-types.ts';
import { refusal } from './refusal.ts';

const streams: AnswerType[] = [eventStream, multipart];
const single: AnswerType[] = [graphqlJson, json, eventStream];

/**
 * How an operation is answered: the best of what the client accepts that can carry it. `kind` is null for a document that
 * cannot be read; the error is then told in any accepted way. Throws 406, saying what would do, where nothing fits.
 */
export function chooseAnswer(operation: { accept: string | undefined; query: unknown; operationName: unknown }): {
  type: AnswerType;
  kind: OperationTypeNode | null;
} {
  const accepted = acceptedTypes(operation.accept);
  // Most requests accept no stream and ask for none: the graph then reads the document, and this does not.
  const isPlain = !accepted.some((type) => streams.includes(type)) && !/subscription/.test(String(operation.query));
  const kind = isPlain ? null : kindOf(operation);
  const able = kind === null ? [...single, multipart] : kind === 'subscription' ? streams : single;
  const type = accepted.find((each) => able.includes(each));
  if (type) return { type, kind };
  throw refusal(
    406,
    kind === 'subscription'
      ? `A subscription comes over a WebSocket (graphql-transport-ws), or with "Accept: ${eventStream}", or with "Accept: ${multipart}"`
      : `The answer can be ${json}, ${graphqlJson} or ${eventStream}; the Accept header fits none of them`,
  );
}

function kindOf({ query, operationName }: { query: unknown; operationName: unknown }): OperationTypeNode | null {
  try {
    const name = typeof operationName === 'string' ? operationName : null;
    return getOperationAST(parse(String(query), { noLocation: true }), name)?.operation ?? null;
  } catch {
    return null;
  }
}
