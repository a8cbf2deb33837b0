import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';

/** How a stream of results is written into the body of an HTTP answer. */
export interface StreamFormat {
  contentType: string;
  /** Written at once, so that the client knows it is heard. */
  opening: string;
  heartbeat: string;
  event(result: FormattedExecutionResult): string;
  /** What befell the stream, and not its operation: asking again may help. */
  failure(error: GraphQLFormattedError): string;
  /** After the last event. */
  completion: string;
  /** Instead of it where the client should connect again. */
  interruption: string;
}
