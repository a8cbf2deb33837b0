import type { OperationTypeNode } from 'graphql';
import { httpError } from '../../errors.ts';

export const json = 'application/json';
export const graphqlJson = 'application/graphql-response+json';
export const eventStream = 'text/event-stream';
export const multipart = 'multipart/mixed;subscriptionSpec=1.0';

export type ResponseMediaType = typeof json | typeof graphqlJson | typeof eventStream | typeof multipart;

/**
 * The response media types that an Accept header allows, the preferred one first. Streams must be named: a wildcard
 * gets JSON. Weights decide, then a name precedes a wildcard, then the order in the header.
 */
export function acceptedTypes(accept: string | undefined): ResponseMediaType[] {
  const ranges = (accept?.trim() || '*/*').match(/(?:[^,"]|"[^"]*")+/g) ?? [];
  return ranges
    .map(readRange)
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight || Number(one.isWildcard) - Number(other.isWildcard))
    .flatMap(({ type }) => type ?? []);
}

/** The JSON media type for an error: the accepted one, or application/json. */
export function jsonTypeFor(accept: string | undefined): typeof json | typeof graphqlJson {
  return acceptedTypes(accept).find((type) => type === json || type === graphqlJson) ?? json;
}

function readRange(range: string) {
  const [name = '', ...rest] = range.split(';').map((part) => part.trim().toLowerCase());
  const parameters = new Map(
    rest.map((parameter) => {
      const [key = '', value = ''] = parameter.split('=').map((part) => part.trim());
      return [key, value.replace(/^"(.*)"$/, '$1')];
    }),
  );
  const weight = Number(parameters.get('q') ?? 1);
  return { type: answerTypeOf(name, parameters), weight, isWildcard: name.endsWith('/*') };
}

function answerTypeOf(name: string, parameters: Map<string, string>): ResponseMediaType | null {
  if (name === '*/*' || name === 'application/*' || name === json) return json;
  if (name === graphqlJson) return graphqlJson;
  if (name === eventStream) return eventStream;
  return name === 'multipart/mixed' && parameters.get('subscriptionspec') === '1.0' ? multipart : null;
}

const ofSubscriptions: ResponseMediaType[] = [eventStream, multipart];
const ofOthers: ResponseMediaType[] = [graphqlJson, json, eventStream];
const ofErrors: ResponseMediaType[] = [...ofOthers, multipart];

/**
 * The response media type of an operation: the best accepted one that can carry it. `kind` is null if the document does
 * not say; an error then goes out in any accepted type. Throws 406, which lists the possible types, if none is
 * accepted.
 */
export function negotiateMediaType(accept: string | undefined, kind: OperationTypeNode | null): ResponseMediaType {
  const isSubscription = kind === 'subscription';
  const able = kind === null ? ofErrors : isSubscription ? ofSubscriptions : ofOthers;
  const type = acceptedTypes(accept).find((each) => able.includes(each));
  if (type) return type;
  throw httpError(
    406,
    isSubscription
      ? `A subscription comes over a WebSocket (graphql-transport-ws), or with "Accept: ${eventStream}", or with "Accept: ${multipart}"`
      : `The answer can be ${json}, ${graphqlJson} or ${eventStream}; the Accept header fits none of them`,
  );
}
