import type { Clock } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import type { Passwords } from './passwords.ts';
import { seedAdministrator } from './seed-administrator.ts';

/** A readiness check that seeds the administrator, where one is configured, as soon as that works, and then is content. */
export function seedOnce(
  { email, password }: { email: string | undefined; password: string | undefined },
  deps: { db: UsersDb; clock: Clock; passwords: Passwords },
): () => Promise<void> {
  if (email === undefined || password === undefined) return async () => undefined;
  let done = false;
  return async () => {
    if (!done) await seedAdministrator({ email, password }, deps);
    done = true;
  };
}
