import { randomUUID } from 'node:crypto';
import type { User } from '@tributary/users-db';
import jsonwebtoken from 'jsonwebtoken';
import type { SigningKeys } from './signing-keys.ts';
import { permissionsOf } from './user.ts';

const lifetimeSeconds = 15 * 60;

/** Signs what the gateway trusts for fifteen minutes. `sid` is the session, so that a logout revokes its tokens alone; `iat` has milliseconds, since revocation compares it with a moment. */
export function signAccessToken(
  user: User,
  familyId: string,
  issuedAt: Date,
  { keys, issuer }: { keys: SigningKeys; issuer: string },
): { accessToken: string; expiresAt: Date } {
  const iat = issuedAt.getTime() / 1000;
  const exp = iat + lifetimeSeconds;
  const emailConfirmed = user.emailConfirmedAt !== null;
  const permissions = permissionsOf(user);
  const claims = { sub: user.id, email: user.email, name: user.name, permissions, emailConfirmed, sid: familyId };
  const accessToken = jsonwebtoken.sign(
    { ...claims, iss: issuer, aud: 'tributary', iat, exp, jti: randomUUID() },
    keys.key,
    { algorithm: 'ES256', keyid: keys.kid },
  );
  return { accessToken, expiresAt: new Date(exp * 1000) };
}
