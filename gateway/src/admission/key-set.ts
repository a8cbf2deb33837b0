import type { Clock } from '@tributary/core';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';

const maxAgeMs = 600_000;
const cooldownMs = 2_000;

export interface KeySet {
  /**
   * Returns the key that a token names. Throws JWSInvalid if it names none, JWKSNoMatchingKey for an unknown one, or
   * the reason why the keys cannot be fetched.
   */
  find: JWTVerifyGetKey;
  /** Whether keys are known; fetches them if not. */
  isKnown(): Promise<boolean>;
}

/**
 * Caches published keys. They are fetched again if a token names an unknown one, and in the background when they are
 * ten minutes old; one request at a time and none within two seconds of the last, however many tokens name unknown
 * keys. While they cannot be fetched, the known ones stay valid.
 */
export function createKeySet(options: { load: () => Promise<unknown>; clock: Clock }): KeySet {
  const now = () => options.clock.now().getTime();
  let known: ReturnType<typeof createLocalJWKSet> | null = null;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown = null;
  let pending: Promise<void> | null = null;

  async function load() {
    try {
      known = createLocalJWKSet((await options.load()) as Parameters<typeof createLocalJWKSet>[0]);
      loadedAt = now();
      failure = null;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      triedAt = now();
      pending = null;
    }
  }

  async function reload() {
    const isCooling = now() - triedAt < cooldownMs;
    if (!pending && isCooling && failure !== null) throw failure;
    if (!pending && isCooling) return;
    pending ??= load();
    await pending;
  }

  return {
    async find(header, token) {
      if (!header.kid) throw new errors.JWSInvalid('The header names no key');
      if (now() - loadedAt >= maxAgeMs && known) reload().catch(() => undefined);
      const key = await known?.(header, token).catch(unlessUnknown);
      if (key) return key;
      await reload();
      if (!known) throw new errors.JWKSNoMatchingKey();
      return known(header, token);
    },
    isKnown: async () =>
      known !== null ||
      reload().then(
        () => known !== null,
        () => false,
      ),
  };
}

function unlessUnknown(error: unknown) {
  if (error instanceof errors.JWKSNoMatchingKey) return undefined;
  throw error;
}
