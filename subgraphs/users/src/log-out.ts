import type { Clock } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import { hashToken } from './hash-token.ts';

/** Ends the family of the refresh token; a token that is unknown or ended already is no error, and tells nothing. */
export async function logOut(refreshToken: string, { db, clock }: { db: UsersDb; clock: Clock }): Promise<true> {
  const tokens = { some: { tokenHash: hashToken(refreshToken) } };
  await db.query((client) =>
    client.tokenFamily.updateMany({ where: { tokens, revokedAt: null }, data: { revokedAt: clock.now() } }),
  );
  return true;
}
