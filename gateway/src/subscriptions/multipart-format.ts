import type { GraphQLFormattedError } from 'graphql';
import type { StreamFormat } from './stream-format.ts';

const boundary = '\r\n--graphql';
const close = '--\r\n';
// A client takes a part for complete only when it sees the boundary behind it, so the boundary goes out with the part.
const part = (body: object) => `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(body)}${boundary}`;
const failure = (error: GraphQLFormattedError) => part({ payload: null, errors: [error] });

const goingAway = { message: 'The gateway is going away; connect again', extensions: { code: 'UNAVAILABLE' } };

/** Apollo's multipart protocol for subscriptions, version 1.0. */
export const multipartFormat: StreamFormat = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: boundary + part({}),
  heartbeat: part({}),
  event: (payload) => part({ payload }),
  failure,
  completion: close,
  interruption: failure(goingAway) + close,
};
