import { z } from 'zod';

/** Every limit of the gateway, by the variable that sets it where there is one. */
export const limitNames = [
  'APQ',
  'BATCHING',
  'BODY_PROGRESS_MS',
  'CSRF',
  'MAX_ALIASES',
  'MAX_BODY_BYTES',
  'MAX_CONNECTIONS',
  'MAX_CONNECTIONS_PER_VIEWER',
  'MAX_COST',
  'MAX_DEPTH',
  'MAX_DIRECTIVES',
  'MAX_DOCUMENT_BYTES',
  'MAX_EVENT_LOOP_LAG_MS',
  'MAX_IN_FLIGHT',
  'MAX_IN_FLIGHT_PER_ADDRESS',
  'MAX_MERGED_FIELDS',
  'MAX_RESPONSE_BYTES_IN_FLIGHT',
  'MAX_ROOT_FIELDS',
  'MAX_SUBGRAPH_RESPONSE_BYTES',
  'MAX_SUBSCRIPTIONS',
  'MAX_SUBSCRIPTIONS_PER_VIEWER',
  'MAX_TCP_CONNECTIONS',
  'MAX_TCP_CONNECTIONS_PER_ADDRESS',
  'MAX_TOKENS',
  'MAX_UPLOAD_BYTES',
  'MAX_UPLOAD_FILES',
  'OPERATION_TIMEOUT_MS',
  'RATE_LIMIT',
  'REQUEST_BODY_TIMEOUT_MS',
  'REQUEST_HEAD_TIMEOUT_MS',
  'RESPONSE_PROGRESS_MS',
  'SAFELIST',
  'SUBGRAPH_MUTATION_TIMEOUT_MS',
  'SUBGRAPH_TIMEOUT_MS',
  'WEBSOCKET_ORIGINS',
] as const;

export type LimitName = (typeof limitNames)[number];

const known = z.enum(limitNames);

const byCode = new Map<unknown, LimitName>([
  ['COST_ESTIMATED_TOO_EXPENSIVE', 'MAX_COST'],
  ['FILE_TOO_LARGE', 'MAX_UPLOAD_BYTES'],
  ['OPERATION_NOT_PUBLISHED', 'SAFELIST'],
  ['PERSISTED_QUERY_NOT_SUPPORTED', 'APQ'],
]);

/** What a library refuses for us it tells by its message alone. */
const byMessage: [RegExp, LimitName][] = [
  [/^Syntax Error: Document contains more tha[nt] \d+ tokens/, 'MAX_TOKENS'],
  [/potential Cross-Site Request Forgery/, 'CSRF'],
  [/^Operation batching disabled/, 'BATCHING'],
];

const told = z.object({
  message: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  limit: z.string().optional().catch(undefined),
  /** Of express's body parser. */
  type: z.string().optional().catch(undefined),
  extensions: z
    .object({
      code: z.unknown(),
      limit: z.string().optional().catch(undefined),
      validationErrorCode: z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** The limit by which an error refused something, whether it is thrown or shown to a client; null for any other error. */
export function getLimitName(error: unknown): LimitName | null {
  const { message, code, limit, type, extensions } = told.parse(Object(error));
  const named = known.safeParse(
    limit ?? extensions?.limit ?? extensions?.validationErrorCode?.replace(/_EXCEEDED$/, ''),
  );
  if (named.success) return named.data;
  if (type === 'entity.too.large') return 'MAX_BODY_BYTES';
  return byCode.get(extensions?.code ?? code) ?? byMessage.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}
