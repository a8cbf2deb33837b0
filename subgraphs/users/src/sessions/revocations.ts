import { type Clock, type Log, unavailable } from '@tributary/core';
import type { Transaction, UsersDb } from '@tributary/users-db';
import type { Redis } from 'ioredis';

/** Access tokens of the subject, a user or a session, are refused if they were issued before that moment. */
export interface Revocation {
  subject: string;
  revokedBefore: Date;
  expiresAt: Date;
}

export interface Revocations {
  /**
   * Refuses the access tokens of the subject issued before that moment once the transaction is committed; UNAVAILABLE if Redis
   * cannot be reached. Call it last: until the commit Redis refuses more than the database.
   */
  refuseBefore(tx: Transaction, subject: string, moment: Date): Promise<void>;
  /** Writes the revocation to the database alone; call `publish` after the commit. */
  store(tx: Transaction, subject: string, moment: Date): Promise<void>;
  /** Copies every current revocation to Redis; what fails is logged, and done again once Redis is connected. */
  publish(): Promise<void>;
  /** Every current revocation. It waits for transactions that are about to add one. */
  list(): Promise<Revocation[]>;
  /** A moment by which every access token issued until now has expired. */
  endOfTokens(): Date;
}

/** One minute longer than an access token lives. */
const keepMs = 16 * 60 * 1000;

const raise = `
  local known = tonumber(redis.call('GET', KEYS[1]))
  if known and known >= tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`;

/** Revocations in the database, with a copy in Redis that the gateway reads at each request; a moment is only ever replaced by a later one. */
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
    // A locking read: a transaction that wrote to Redis before Redis lost its data, and has not committed, is waited for.
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
