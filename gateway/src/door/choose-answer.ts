import type { OperationTypeNode } from 'graphql';
import { type AnswerType, acceptedTypes, eventStream, graphqlJson, json, multipart } from './accepted-types.ts';
import { refusal } from './refusal.ts';

const ofSubscriptions: AnswerType[] = [eventStream, multipart];
const ofOthers: AnswerType[] = [graphqlJson, json, eventStream];
const ofErrors: AnswerType[] = [...ofOthers, multipart];

/**
 * What an operation is answered as: the best of what the client accepts that can carry it. `kind` is null where the document
 * does not tell; the error is then told in any accepted way. Throws 406, saying what would do, where nothing fits.
 */
export function chooseAnswer(accept: string | undefined, kind: OperationTypeNode | null): AnswerType {
  const isSubscription = kind === 'subscription';
  const able = kind === null ? ofErrors : isSubscription ? ofSubscriptions : ofOthers;
  const type = acceptedTypes(accept).find((each) => able.includes(each));
  if (type) return type;
  throw refusal(
    406,
    isSubscription
      ? `A subscription comes over a WebSocket (graphql-transport-ws), or with "Accept: ${eventStream}", or with "Accept: ${multipart}"`
      : `The answer can be ${json}, ${graphqlJson} or ${eventStream}; the Accept header fits none of them`,
  );
}
