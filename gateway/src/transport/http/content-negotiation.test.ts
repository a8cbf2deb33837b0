import { expect, test } from '@jest/globals';
import { acceptedTypes, eventStream, graphqlJson, json, multipart } from './content-negotiation.ts';

test.each([
  [undefined, [json]],
  ['', [json]],
  ['*/*', [json]],
  ['application/*;q=0.5', [json]],
  ['application/json; charset=utf-8', [json]],
  ['application/graphql-response+json,application/json;q=0.9', [graphqlJson, json]],
  ['*/*, application/graphql-response+json', [graphqlJson, json]],
  ['application/json;q=0.2, text/event-stream', [eventStream, json]],
  ['application/json;q=0, TEXT/Event-Stream', [eventStream]],
  // What Apollo Client and Apollo Kotlin send with a subscription.
  [
    'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9',
    [multipart, graphqlJson, json],
  ],
  ['multipart/mixed; boundary="a,b"; subscriptionSpec="1.0"', [multipart]],
  ['multipart/mixed', []],
  ['multipart/mixed; deferSpec=20220824', []],
  ['text/*, image/png', []],
  ['application/json;q=x', []],
])('Accept %p fits %p, in that order', (accept, types) => {
  expect(acceptedTypes(accept)).toEqual(types);
});
