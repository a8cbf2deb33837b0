import { type Clock, isAppError, unavailable } from '@tributary/core';
import { listPermissions } from '@tributary/kinds';
import type { UsersDb } from '@tributary/users-db';
import { createAccount } from './accounts.ts';
import type { Passwords } from './passwords/hashing.ts';

interface SeedDeps {
  db: UsersDb;
  clock: Clock;
  passwords: Passwords;
  log: Record<'info' | 'warn', (fields: object, message: string) => void>;
}

const retryDelayMs = 1_000;

export interface AdministratorTask {
  /** The readiness check: resolves once the account exists, UNAVAILABLE before. */
  assertDone(): Promise<void>;
  /** Ends the retries and waits for the current attempt. */
  stop(): Promise<void>;
}

/** Creates the administrator's account, where one is configured, and retries each second until that works. The caller stops it. */
export function ensureAdministrator(
  { email, password }: { email: string | undefined; password: string | undefined },
  deps: SeedDeps,
): AdministratorTask {
  let isDone = email === undefined || password === undefined;
  const stopping = new AbortController();
  const seeding = email === undefined || password === undefined ? Promise.resolve() : retry({ email, password });

  async function retry(administrator: { email: string; password: string }) {
    const { clock, log } = deps;
    for (let hasFailed = false; !isDone && !stopping.signal.aborted; hasFailed = true) {
      try {
        if (await createAdministrator(administrator, deps)) log.info({ email }, 'administrator created');
        isDone = true;
      } catch (error) {
        if (!hasFailed) log.warn({ err: error }, 'administrator not created, retrying');
        await clock.sleep(retryDelayMs, stopping.signal).catch(() => undefined);
      }
    }
  }

  return {
    async assertDone() {
      if (!isDone) throw unavailable('The administrator has no account yet.');
    },
    async stop() {
      stopping.abort();
      await seeding;
    },
  };
}

/** Creates the account with every permission, its address confirmed; false if the address has one, which stays as it is. */
export async function createAdministrator(
  { email, password }: { email: string; password: string },
  { db, clock, passwords }: Omit<SeedDeps, 'log'>,
): Promise<boolean> {
  if (await db.query((client) => client.user.findUnique({ where: { email } }))) return false;
  const passwordHash = await passwords.hash(password);
  const now = clock.now();
  const account = {
    email,
    name: 'Administrator',
    passwordHash,
    permissions: listPermissions().map(({ name }) => name),
  };
  try {
    await db.query((client) => createAccount(client, { ...account, createdAt: now, emailConfirmedAt: now }));
    return true;
  } catch (error) {
    if (!isAppError(error, 'CONFLICT')) throw error;
    return false;
  }
}
