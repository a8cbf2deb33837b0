import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Transaction, User } from '@tributary/users-db';
import jsonwebtoken from 'jsonwebtoken';
import { getEffectivePermissions, type UserRow } from '../accounts.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The result of a successful sign-in. */
export interface Session {
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
  user: UserRow;
}

/** Creates the access token of a session. The caller has locked the user's row, so that no token outlives a change of permissions. */
export function issueSession(
  user: User,
  { familyId, refreshToken }: FamilyToken,
  now: Date,
  signing: { keys: SigningKeys; issuer: string },
): Session {
  return { ...signAccessToken(user, familyId, now, signing), refreshToken, user: { ...user, isSignedIn: true } };
}

const accessTokenSeconds = 15 * 60;

/**
 * Signs an access token for 15 minutes. `sid` is the session, so that a logout revokes only its own tokens. `iat` includes
 * milliseconds, because revocations compare it with a time in milliseconds.
 */
function signAccessToken(
  user: User,
  familyId: string,
  issuedAt: Date,
  { keys, issuer }: { keys: SigningKeys; issuer: string },
): { accessToken: string; expiresAt: Date } {
  const iat = issuedAt.getTime() / 1000;
  const exp = iat + accessTokenSeconds;
  const emailConfirmed = user.emailConfirmedAt !== null;
  const permissions = getEffectivePermissions(user);
  const claims = { sub: user.id, email: user.email, name: user.name, permissions, emailConfirmed, sid: familyId };
  const accessToken = jsonwebtoken.sign(
    { ...claims, iss: issuer, aud: 'tributary', iat, exp, jti: randomUUID() },
    keys.key,
    { algorithm: 'ES256', keyid: keys.kid },
  );
  return { accessToken, expiresAt: new Date(exp * 1000) };
}

const refreshTokenMs = 30 * 24 * 3600 * 1000;

/** The refresh token of a session. All refresh tokens of a session form a family. */
export interface FamilyToken {
  familyId: string;
  refreshToken: string;
}

/** Starts a family with its first token, and deletes the user's expired families. */
export async function startFamily(tx: Transaction, userId: string, now: Date): Promise<FamilyToken> {
  await tx.tokenFamily.deleteMany({ where: { userId, expiresAt: { lt: now } } });
  const family = await tx.tokenFamily.create({ data: { userId, createdAt: now, expiresAt: getExpiry(now) } });
  return { familyId: family.id, refreshToken: await addToken(tx, family.id, now) };
}

/** Exchanges the token for the next one of its family. The caller has locked the user's row. */
export async function rotateToken(
  tx: Transaction,
  used: { tokenHash: string; familyId: string; rotatedAt: Date | null },
  now: Date,
): Promise<FamilyToken> {
  const { familyId, tokenHash } = used;
  await tx.refreshToken.deleteMany({ where: { familyId, expiresAt: { lt: now } } });
  const next = await addToken(tx, familyId, now);
  if (used.rotatedAt === null) {
    await tx.refreshToken.update({
      where: { tokenHash },
      data: { rotatedAt: now, replacedBy: hashToken(next) },
    });
  }
  await tx.tokenFamily.update({ where: { id: familyId }, data: { expiresAt: getExpiry(now) } });
  return { familyId, refreshToken: next };
}

/** Ends every family of the user. */
export async function endFamilies(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.tokenFamily.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: now } });
}

async function addToken(tx: Transaction, familyId: string, now: Date): Promise<string> {
  const token = createToken();
  await tx.refreshToken.create({
    data: { tokenHash: hashToken(token), familyId, createdAt: now, expiresAt: getExpiry(now) },
  });
  return token;
}

const getExpiry = (now: Date) => new Date(now.getTime() + refreshTokenMs);

/** A token of 256 random bits. */
export const createToken = () => randomBytes(32).toString('base64url');

/** The form in which tokens are stored. They are 256 random bits, so one round is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
