import { hash, verify } from '@node-rs/argon2';
import { createSemaphore } from '@tributary/concurrency';
import { unavailable } from '@tributary/core';

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Without a hash (no such account) it does the same work and returns false. */
  verify(hash: string | null, password: string): Promise<boolean>;
}

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. argon2id is the library's default algorithm. */
const recommended = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };
const permits = 4;
const maxQueued = 200;

interface PasswordOptions {
  cost?: { memoryCost: number; timeCost: number; parallelism: number };
  /** Compares a password with a hash, at the cost of the hash. */
  verifyHash?: (hash: string, password: string) => Promise<boolean>;
}

/** Hashes with argon2id, at most four at a time (76 MiB). UNAVAILABLE while 200 are queued. */
export async function createPasswords(options: PasswordOptions = {}): Promise<Passwords> {
  const { cost = recommended, verifyHash = verify } = options;
  const createError = () =>
    unavailable('Too many sign-ins right now. Please try again in a moment.', { reason: 'TOO_BUSY' });
  const { run } = createSemaphore({ permits, maxQueued, createError });
  const decoyHash = await hash('nobody has this password', cost);
  return {
    hash: (password) => run(() => hash(password, cost)),
    verify: (stored, password) =>
      run(async () => {
        const matches = await verifyHash(stored ?? decoyHash, password);
        return matches && stored !== null;
      }),
  };
}
