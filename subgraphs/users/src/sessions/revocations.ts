import { type Clock, type Log, unavailable } from '@tributary/core';
import type { Transaction, UsersDb } from '@tributary/users-db';
import type { Redis } from 'ioredis';

/** Access tokens of the subject (a user or a session) are refused if they were issued before `revokedBefore`. */
export interface Revocation {
  subject: string;
  revokedBefore: Date;
  expiresAt: Date;
}

export interface Revocations {
  /**
   * Revokes the access tokens of the subject that were issued before `moment`; UNAVAILABLE while Redis is unavailable. Call it last
   * in the transaction: Redis has the revocation before the commit.
   */
  refuseBefore(tx: Transaction, subject: string, moment: Date): Promise<void>;
  /** Writes the revocation only to the database. Call `publish` after the commit. */
  store(tx: Transaction, subject: string, moment: Date): Promise<void>;
  /** Copies all current revocations to Redis. A failure is logged, and repeated when Redis reconnects. */
  publish(): Promise<void>;
  /** All current revocations. Waits for transactions that add one. */
  list(): Promise<Revocation[]>;
  /** A time at which all access tokens issued until now have expired. */
  endOfTokens(): Date;
}

/** One minute longer than the lifetime of an access token. */
const keepMs = 16 * 60 * 1000;

const raise = `
  local current = tonumber(redis.call('GET', KEYS[1]))
  if current and current >= tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`;

/** Revocations in the database, with a copy in Redis that the gateway reads for each request. A later `revokedBefore` replaces an earlier one. */
export function createRevocations(options: {
  db: UsersDb;
  redis: Redis;
  prefix: string;
  clock: Clock;
  log: Log;
}): Revocations {
  const { db, redis, prefix, clock, log } = options;

  async function writeToRedis({ subject, revokedBefore, expiresAt }: Revocation) {
    const remainingMs = expiresAt.getTime() - clock.now().getTime();
    if (remainingMs > 0) {
      await redis.eval(raise, 1, `${prefix}revokedBefore:${subject}`, revokedBefore.getTime(), remainingMs);
    }
  }

  async function store(tx: Transaction, subject: string, moment: Date): Promise<Revocation> {
    const expiresAt = new Date(clock.now().getTime() + keepMs);
    await tx.$executeRaw`
      INSERT INTO revocations (subject, revoked_before, expires_at) VALUES (${subject}, ${moment}, ${expiresAt})
      ON DUPLICATE KEY UPDATE revoked_before = GREATEST(revoked_before, VALUES(revoked_before)),
        expires_at = GREATEST(expires_at, VALUES(expires_at))`;
    return { subject, revokedBefore: moment, expiresAt };
  }

  async function list(): Promise<Revocation[]> {
    const now = clock.now();
    await db.query((client) => client.revocation.deleteMany({ where: { expiresAt: { lte: now } } }));
    // The locking read waits for uncommitted transactions, whose revocations Redis may have lost.
    return db.query(
      (client) => client.$queryRaw<Revocation[]>`
        SELECT subject, revoked_before AS revokedBefore, expires_at AS expiresAt FROM revocations LOCK IN SHARE MODE`,
    );
  }

  async function publish() {
    try {
      for (const revocation of await list()) await writeToRedis(revocation);
    } catch (error) {
      log.warn({ err: error }, 'revocations not copied to Redis');
    }
  }

  redis.on('ready', publish);
  return {
    async refuseBefore(tx, subject, moment) {
      const revocation = await store(tx, subject, moment);
      try {
        await writeToRedis(revocation);
      } catch (cause) {
        throw unavailable('Access tokens cannot be revoked right now. Please try again.', { cause });
      }
    },
    async store(tx, subject, moment) {
      await store(tx, subject, moment);
    },
    publish,
    list,
    endOfTokens: () => new Date(clock.now().getTime() + keepMs),
  };
}
