import type { Clock } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import { hashToken } from './hash-token.ts';
import type { Revocations } from './revocations.ts';

/**
 * Ends the session of the refresh token: its access tokens are refused at the next request. A token that is unknown or has
 * ended is no error, and reveals nothing. It succeeds without Redis too: the gateway then asks the database.
 */
export async function logOut(
  refreshToken: string,
  { db, clock, revocations }: { db: UsersDb; clock: Clock; revocations: Revocations },
): Promise<true> {
  const tokens = { some: { tokenHash: hashToken(refreshToken) } };
  const familyId = await db.transaction(async (tx) => {
    const family = await tx.tokenFamily.findFirst({ where: { tokens, revokedAt: null }, select: { id: true } });
    if (family === null) return null;
    await tx.tokenFamily.update({ where: { id: family.id }, data: { revokedAt: clock.now() } });
    await revocations.store(tx, family.id, revocations.endOfTokens());
    return family.id;
  });
  if (familyId !== null) await revocations.publish();
  return true;
}
