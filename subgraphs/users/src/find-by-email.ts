import type { User, UsersDb } from '@tributary/users-db';
import { normaliseEmail } from './account-rules.ts';

/** The account of an address, however it is written; null if there is none, also for what is no address at all. */
export function findByEmail(given: string, db: UsersDb): Promise<User | null> {
  const email = normaliseEmail(given);
  // The column holds ASCII alone: another address is nobody's, and comparing it there would be an error.
  const known = /^[\x20-\x7e]+$/.test(email) ? email : '';
  return db.query((client) => client.user.findUnique({ where: { email: known } }));
}
