import { createHash } from 'node:crypto';
import { type AppError, type Log, unavailable } from '@tributary/core';
import { GraphQLError } from 'graphql';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { addReason, toGraphQLError } from '../errors.ts';
import type { ConsumeTokens, Rate } from './rate-limits.ts';
import type { Safelist } from './safelist.ts';

const extensionsWithHash = z.object({
  persistedQuery: z.object({ version: z.literal(1), sha256Hash: z.string().regex(/^[0-9a-f]{64}$/) }),
});

/** Finds the document of an operation that may name it by its sha256 alone, and checks whether it may run at all. */
export function createPersistedDocuments(options: {
  /** Null if none are stored: a hash then works for published operations only. */
  store: ApqCache | null;
  safelist: Safelist;
  mode: 'off' | 'warn' | 'enforce';
  drawTokens: ConsumeTokens;
  /** Maximum bytes of documents that one client may register; null for no limit. */
  bytesPerClient: Rate | null;
  log: Log;
}) {
  const { store, safelist, mode, log } = options;

  async function textOf(query: string | null | undefined, hash: string | undefined): Promise<string> {
    if (query) {
      if (hash !== undefined && hash !== sha256(query)) throw refused('PERSISTED_QUERY_HASH_MISMATCH', mismatch);
      return query;
    }
    if (hash === undefined) throw refused('BAD_USER_INPUT', 'The operation has neither a document nor its hash');
    const known = (await safelist.find(hash)) ?? (mode === 'enforce' ? null : await store?.find(hash));
    if (known) return known;
    if (mode === 'enforce') throw notListed(hash);
    if (!store) throw refused('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    throw refused('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  }

  return {
    /** Throws a GraphQLError with the reason if there is no document, or if it must not run. */
    async resolve(sent: { query?: string | null | undefined; extensions?: unknown }): Promise<string> {
      const read = extensionsWithHash.safeParse(sent.extensions);
      const named = read.success ? read.data.persistedQuery.sha256Hash : undefined;
      try {
        const text = await textOf(sent.query, named);
        const hash = sha256(text);
        if (mode !== 'off' && (await safelist.find(hash)) === null) {
          if (mode === 'enforce') throw notListed(hash);
          // The text may contain a password or a token.
          log.warn({ sha256: hash }, 'unpublished operation executed');
        }
        return text;
      } catch (error) {
        throw error instanceof GraphQLError ? error : toGraphQLError(asUnavailable(error));
      }
    },

    /**
     * Registers a document that came with its hash. Call it once the operation is admitted: parsed, valid,
     * authenticated and within its rates. Above the client's bytes the document is not registered, and the request
     * still runs.
     */
    async register(sent: { query?: string | null | undefined; extensions?: unknown }, client: string): Promise<void> {
      if (!store || !sent.query || mode === 'enforce' || !extensionsWithHash.safeParse(sent.extensions).success) return;
      const { query } = sent;
      const hash = sha256(query);
      if ((await store.find(hash)) !== null) return;
      const rate = options.bytesPerClient;
      const tokens = Buffer.byteLength(query);
      if (rate && (await options.drawTokens([{ key: `apq:${client}`, ...rate, tokens }])) > 0) return;
      await store.keep(hash, query);
    },
  };
}

const mismatch = 'The document is not the one that its sha256Hash names';

function refused(code: string, message: string, more: object = {}): GraphQLError {
  return new GraphQLError(message, { extensions: addReason({ code, ...more }) });
}

function notListed(hash: string): GraphQLError {
  const message = `The operation is not published: no document with the sha256 ${hash} is known`;
  return refused('OPERATION_NOT_PUBLISHED', message, { sha256: hash });
}

function asUnavailable(cause: unknown): AppError {
  return unavailable('The published operations cannot be looked up at the moment', { cause });
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export interface ApqCache {
  /** Null for an unknown one, or while Redis is unavailable. */
  find(hash: string): Promise<string | null>;
  /** Also resolves if it was not stored: it is too long, or Redis is unavailable. */
  keep(hash: string, text: string): Promise<void>;
}

/** The oldest entries are evicted. */
const keep = `
redis.call('SET', KEYS[2] .. ARGV[1], ARGV[2], 'EX', ARGV[3])
redis.call('ZADD', KEYS[1], redis.call('TIME')[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[4])
if over > 0 then
  for i, hash in ipairs(redis.call('ZRANGE', KEYS[1], 0, over - 1)) do redis.call('DEL', KEYS[2] .. hash) end
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1)
end
return 0
`;

/** Automatic persisted queries in Redis, which all gateways share; limited in age, number and length. */
export function createApqCache(options: {
  redis: Redis;
  prefix: string;
  ttlSeconds: number;
  most: number;
  maxBytes: number;
}): ApqCache {
  const { redis } = options;
  const prefix = `${options.prefix}apq:`;
  const isUnavailable = () => redis.status !== 'ready';
  return {
    find: async (hash) => (isUnavailable() ? null : redis.get(`${prefix}${hash}`).catch(() => null)),
    async keep(hash, text) {
      if (isUnavailable() || Buffer.byteLength(text) > options.maxBytes) return;
      const keys = [`${options.prefix}apqs`, prefix];
      await redis.eval(keep, 2, ...keys, hash, text, options.ttlSeconds, options.most).catch(() => undefined);
    },
  };
}
