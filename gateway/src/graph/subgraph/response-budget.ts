import type { IncomingMessage } from 'node:http';
import { LimitExceededError, RetryAfterError } from '../../errors.ts';

export type ResponseBudget = ReturnType<typeof createResponseBudget>;

/** Limits the bytes of one subgraph response, and of all responses that are read and not yet sent to their clients. */
export function createResponseBudget({ maxBytes, maxBytesInFlight }: { maxBytes: number; maxBytesInFlight: number }) {
  let inFlight = 0;
  return {
    inFlight: () => inFlight,

    /**
     * The text of a response; its bytes count until `released` settles. Throws UNAVAILABLE above a limit, and closes
     * the connection.
     */
    async read(subgraph: string, response: IncomingMessage, released: Promise<unknown>): Promise<string> {
      const chunks: Buffer[] = [];
      let bytes = 0;
      try {
        for await (const chunk of response) {
          bytes += chunk.length;
          inFlight += chunk.length;
          if (bytes > maxBytes) {
            const message = `The "${subgraph}" subgraph answered more than ${maxBytes} bytes; ask for smaller pages`;
            throw new LimitExceededError('UNAVAILABLE', message, 'MAX_SUBGRAPH_RESPONSE_BYTES');
          }
          if (inFlight > maxBytesInFlight) {
            const limit = { limit: 'MAX_RESPONSE_BYTES_IN_FLIGHT', retryAfterSeconds: 1 } as const;
            throw new RetryAfterError('UNAVAILABLE', 'Too many large responses are in flight right now', limit);
          }
          chunks.push(chunk);
        }
      } catch (error) {
        response.destroy();
        inFlight -= bytes;
        throw error;
      }
      void released.finally(() => {
        inFlight -= bytes;
      });
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
