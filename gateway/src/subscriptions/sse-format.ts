import type { FormattedExecutionResult } from 'graphql';
import type { StreamFormat } from './stream-format.ts';

const next = (result: FormattedExecutionResult) => `event: next\ndata: ${JSON.stringify(result)}\n\n`;

/** GraphQL over SSE, distinct connections mode. A stream cut off before `complete` makes clients connect again. */
export const sseFormat: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  heartbeat: ':\n\n',
  event: next,
  failure: (error) => next({ errors: [error] }),
  completion: 'event: complete\ndata:\n\n',
  interruption: '',
};
