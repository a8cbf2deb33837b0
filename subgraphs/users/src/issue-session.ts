import type { User } from '@tributary/users-db';
import { signAccessToken } from './access-token.ts';
import type { FamilyToken } from './refresh-tokens.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { UserRow } from './user.ts';

/** What a successful sign-in answers with. */
export interface Session {
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
  user: UserRow;
}

/** Puts a pair of tokens together. Call it while the user's row is locked: then the access token cannot outlive a change of permissions. */
export function issueSession(
  user: User,
  { familyId, refreshToken }: FamilyToken,
  now: Date,
  signing: { keys: SigningKeys; issuer: string },
): Session {
  return { ...signAccessToken(user, familyId, now, signing), refreshToken, user: { ...user, isSignedIn: true } };
}
