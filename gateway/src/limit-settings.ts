import { wholeNumber } from '@tributary/core';
import { z } from 'zod';
import { fieldRates, rateOrOff } from './admission/rate-limits.ts';

/** The variables of the gateway that bound what clients may use. */
export const limitSettings = {
  MAX_UPLOAD_FILES: wholeNumber(1, 100).default(1).describe('Maximum number of files in one request.'),
  MAX_BODY_BYTES: wholeNumber(1_000, 100_000_000)
    .default(1_000_000)
    .describe('Maximum size of a request without files, in bytes.'),
  MAX_DEPTH: wholeNumber(1, 1_000).default(15).describe('Maximum nesting of an operation.'),
  MAX_ROOT_FIELDS: wholeNumber(1, 10_000).default(20).describe('Maximum number of fields at the top of an operation.'),
  MAX_ALIASES: wholeNumber(0, 10_000)
    .default(30)
    .describe('Maximum number of aliases in an operation; fragments count wherever they are spread.'),
  MAX_DIRECTIVES: wholeNumber(0, 10_000).default(50).describe('Maximum number of directives in an operation.'),
  MAX_TOKENS: wholeNumber(10, 1_000_000)
    .default(2_000)
    .describe('Maximum number of tokens (names, punctuation) in a document.'),
  MAX_DOCUMENT_BYTES: wholeNumber(100, 100_000_000)
    .default(100_000)
    .describe('Maximum length of a document, in bytes.'),
  MAX_MERGED_FIELDS: wholeNumber(100, 100_000_000)
    .default(20_000)
    .describe(
      'Maximum number of fields that are compared to validate a document; only fragments that multiply each other reach it.',
    ),
  MAX_COST: wholeNumber(1, 1_000_000_000)
    .default(10_000)
    .describe('Maximum estimated cost of an operation, by `@cost` and `@listSize`.'),
  ASSUMED_LIST_SIZE: wholeNumber(0, 1_000_000)
    .default(10)
    .describe('Assumed list size for cost estimates when neither an argument nor `@listSize` gives one.'),
  RATE_LIMIT_PER_VIEWER: rateOrOff
    .optional()
    .describe('Maximum rate of operations per viewer.')
    .meta({ defaultText: '`off`; in production `1200/60s`' }),
  RATE_LIMIT_PER_ADDRESS: rateOrOff
    .optional()
    .describe('Maximum rate of operations per client address.')
    .meta({ defaultText: '`off`; in production `6000/60s`' }),
  RATE_LIMITED_FIELDS: z
    .string()
    .default('')
    .pipe(fieldRates)
    .describe(
      'Comma-separated list of maximum rates of single fields, per address and per account: `Mutation.login(email)=10/60s`; or `off`. [gateway.md](gateway.md) lists the values that `npm start` and Kubernetes set.',
    ),
  MAX_TCP_CONNECTIONS: wholeNumber(1, 1_000_000)
    .default(20_000)
    .describe('Maximum number of open connections per gateway process.'),
  MAX_TCP_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000)
    .optional()
    .describe('Maximum per peer address; `TRUSTED_PROXIES` are exempt.')
    .meta({ defaultText: 'as `MAX_TCP_CONNECTIONS`; in production `2000`' }),
  MAX_CONNECTIONS: wholeNumber(0, 1_000_000)
    .default(10_000)
    .describe('Maximum number of open WebSockets per gateway process.'),
  MAX_CONNECTIONS_PER_VIEWER: wholeNumber(0, 1_000_000)
    .optional()
    .describe('Maximum per viewer (per address when there is no token).')
    .meta({ defaultText: 'as `MAX_CONNECTIONS`; in production `200`' }),
  MAX_SUBGRAPH_RESPONSE_BYTES: wholeNumber(1_000, 1_000_000_000)
    .default(20_000_000)
    .describe('Maximum size of one subgraph response, in bytes.'),
  MAX_RESPONSE_BYTES_IN_FLIGHT: wholeNumber(1_000, 100_000_000_000)
    .default(256_000_000)
    .describe(
      'Maximum size of all subgraph responses that are not yet sent to their clients, in bytes per gateway process.',
    ),
  MAX_SUBSCRIPTIONS: wholeNumber(0, 1_000_000)
    .default(10_000)
    .describe('Maximum number of open subscriptions per gateway process, on all transports.'),
  MAX_SUBSCRIPTIONS_PER_VIEWER: wholeNumber(0, 1_000_000)
    .optional()
    .describe('Maximum per viewer (per address when there is no token).')
    .meta({ defaultText: 'as `MAX_SUBSCRIPTIONS`; in production `500`' }),
  MAX_IN_FLIGHT: wholeNumber(1, 1_000_000)
    .default(2_000)
    .describe(
      'Maximum number of operations in flight per gateway process; they count once their body is read, subscriptions do not count.',
    ),
  MAX_IN_FLIGHT_PER_ADDRESS: wholeNumber(1, 1_000_000)
    .optional()
    .describe('Maximum number of operations in flight per client address and gateway process.')
    .meta({ defaultText: 'half of `MAX_IN_FLIGHT`' }),
  MAX_EVENT_LOOP_LAG_MS: wholeNumber(1, 600_000)
    .default(2_000)
    .describe('Mean delay of the event loop in the last second above which operations are refused with 503.'),
  APQ_TTL_SECONDS: wholeNumber(1, 31_536_000).default(86_400).describe('How long a document stays registered.'),
  APQ_MAX_DOCUMENTS: wholeNumber(1, 10_000_000)
    .default(10_000)
    .describe('Maximum number of registered documents; the oldest are evicted.'),
  APQ_BYTES_PER_CLIENT: rateOrOff
    .optional()
    .describe(
      'Maximum rate of document bytes that one viewer (one address when there is no token) may register; operations beyond it run without being registered.',
    )
    .meta({ defaultText: '`500000/3600s`' }),
  APQ_MAX_BYTES: wholeNumber(1, 100_000_000)
    .default(50_000)
    .describe('Maximum size of a registered document, in bytes.'),
};
