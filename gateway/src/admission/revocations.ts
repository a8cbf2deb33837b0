import { type Clock, unavailable } from '@tributary/core';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/**
 * Whether a token issued at that time (seconds, with fractions) was revoked later, for its user or its session. Throws
 * UNAVAILABLE while that is unknown: a revoked token is never accepted because Redis or its data is missing.
 */
export type IsRevoked = (token: { sub: string; sid?: string | undefined; iat: number }) => Promise<boolean>;

const answer = z.object({
  revocations: z.array(z.object({ subject: z.string(), revokedBefore: z.number(), expiresAt: z.number() })),
});

const timeoutMs = 3_000;
const cooldownMs = 1_000;

const raise = `
  local known = tonumber(redis.call('GET', KEYS[1]))
  if known and known >= tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`;

const unknown = (cause?: unknown) =>
  unavailable('Access tokens cannot be checked for revocation at the moment', { cause });

/**
 * Reads revocations from Redis. Redis may have lost them (a restart, a failover, a flush), so they are copied from
 * their database after each connection, and whenever the marker that this copy leaves is missing.
 */
export function createRevocations(options: {
  redis: Redis;
  prefix: string;
  /** The URL at which the subgraph that owns the revocations lists them. */
  url: string;
  authorization: () => string;
  clock: Clock;
}): IsRevoked {
  const { redis, prefix, clock } = options;
  const marker = `${prefix}revocations:copied`;
  const keyFor = (subject: string) => `${prefix}revokedBefore:${subject}`;
  let connection = 0;
  let copiedFor: number | null = null;
  let copying: Promise<void> | null = null;
  let retryAt = 0;
  redis.on('close', () => {
    connection += 1;
  });

  async function fetchAll() {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(options.url, {
      headers: { authorization: options.authorization() },
      redirect: 'error',
      signal,
    });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`${options.url} answered ${response.status}`);
    return answer.parse(JSON.parse(body)).revocations;
  }

  /**
   * One transaction writes everything: a Redis that is emptied meanwhile never has the marker without the revocations.
   */
  async function copy() {
    const during = connection;
    const now = clock.now().getTime();
    const transaction = redis.multi();
    for (const { subject, revokedBefore, expiresAt } of await fetchAll()) {
      if (expiresAt > now) transaction.eval(raise, 1, keyFor(subject), revokedBefore, expiresAt - now);
    }
    const results = await transaction.set(marker, now).exec();
    const failure = results?.find(([error]) => error !== null)?.[0];
    if (!results || failure) throw failure ?? new Error('Redis discarded the transaction');
    if (during !== connection) throw new Error('The connection to Redis was lost');
    copiedFor = during;
  }

  async function ensureCopied() {
    if (clock.now().getTime() < retryAt) throw unknown();
    copying ??= copy().finally(() => {
      copying = null;
    });
    await copying.catch((cause: unknown) => {
      retryAt = clock.now().getTime() + cooldownMs;
      throw unknown(cause);
    });
  }

  async function read(subjects: string[]) {
    const [copiedAt, ...moments] = await redis.mget(marker, ...subjects.map(keyFor)).catch((cause: unknown) => {
      throw unknown(cause);
    });
    return copiedAt === null || copiedFor !== connection ? null : moments;
  }

  return async ({ sub, sid, iat }) => {
    const subjects = sid === undefined ? [sub] : [sub, sid];
    let moments = await read(subjects);
    if (moments === null) {
      await ensureCopied();
      moments = await read(subjects);
    }
    if (moments === null) throw unknown();
    return moments.some((before) => before !== null && iat * 1000 < Number(before));
  };
}
