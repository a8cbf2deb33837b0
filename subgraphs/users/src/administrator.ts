import { type Clock, isAppError, unavailable } from '@tributary/core';
import { listPermissions } from '@tributary/kinds';
import type { UsersDb } from '@tributary/users-db';
import { createAccount } from './accounts.ts';
import type { Passwords } from './passwords/hashing.ts';

interface AdministratorDeps {
  db: UsersDb;
  clock: Clock;
  passwords: Passwords;
  log: Record<'info' | 'warn', (fields: object, message: string) => void>;
}

const retryDelayMs = 1_000;

export interface AdministratorTask {
  /** The readiness check: UNAVAILABLE until the account exists. */
  assertDone(): Promise<void>;
  /** Ends the retries and waits for the current attempt. */
  stop(): Promise<void>;
}

/** Creates the configured administrator's account, and retries every second until that succeeds. The caller stops it. */
export function ensureAdministrator(
  { email, password }: { email: string | undefined; password: string | undefined },
  deps: AdministratorDeps,
): AdministratorTask {
  let isDone = email === undefined || password === undefined;
  const stopping = new AbortController();
  const task = email === undefined || password === undefined ? Promise.resolve() : retry({ email, password });

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
      await task;
    },
  };
}

/** Creates the account with every permission and a confirmed address; false, without a change, if the address has an account. */
export async function createAdministrator(
  { email, password }: { email: string; password: string },
  { db, clock, passwords }: Omit<AdministratorDeps, 'log'>,
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
