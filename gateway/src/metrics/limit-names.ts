import { z } from 'zod';
import { type LimitName, limitNames } from '../limit-names.ts';

const known = z.enum(limitNames);

const byCode = new Map<unknown, LimitName>([
  ['COST_ESTIMATED_TOO_EXPENSIVE', 'MAX_COST'],
  ['FILE_TOO_LARGE', 'MAX_UPLOAD_BYTES'],
  ['OPERATION_NOT_PUBLISHED', 'SAFELIST'],
  ['PERSISTED_QUERY_NOT_SUPPORTED', 'APQ'],
]);

/** Libraries identify these limits only by error message. */
const byMessage: [RegExp, LimitName][] = [
  [/^Syntax Error: Document contains more tha[nt] \d+ tokens/, 'MAX_TOKENS'],
  [/potential Cross-Site Request Forgery/, 'CSRF'],
  [/^Operation batching disabled/, 'BATCHING'],
];

const errorShape = z.object({
  message: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  limit: z.string().optional().catch(undefined),
  /** Errors of express's body parser. */
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

/** The limit that an error reports, thrown or as shown to a client; null for any other error. */
export function getLimitName(error: unknown): LimitName | null {
  const { message, code, limit, type, extensions } = errorShape.parse(Object(error));
  const named = known.safeParse(
    limit ?? extensions?.limit ?? extensions?.validationErrorCode?.replace(/_EXCEEDED$/, ''),
  );
  if (named.success) return named.data;
  if (type === 'entity.too.large') return 'MAX_BODY_BYTES';
  return byCode.get(extensions?.code ?? code) ?? byMessage.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}
