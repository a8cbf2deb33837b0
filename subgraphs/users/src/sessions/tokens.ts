import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Transaction, User } from '@tributary/users-db';
import jsonwebtoken from 'jsonwebtoken';
import { getEffectivePermissions, type UserRow } from '../accounts.ts';
import type { SigningKeys } from './signing-keys.ts';

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

const accessTokenSeconds = 15 * 60;

/** Signs what the gateway trusts for fifteen minutes. `sid` is the session, so that a logout revokes its tokens alone; `iat` has milliseconds, since revocation compares it with a moment. */
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

/** The refresh token of a session, and the family of tokens that the session is. */
export interface FamilyToken {
  familyId: string;
  refreshToken: string;
}

/** Begins a family with its first token, and forgets the user's families that have expired. */
export async function startFamily(tx: Transaction, userId: string, now: Date): Promise<FamilyToken> {
  await tx.tokenFamily.deleteMany({ where: { userId, expiresAt: { lt: now } } });
  const family = await tx.tokenFamily.create({ data: { userId, createdAt: now, expiresAt: getExpiry(now) } });
  return { familyId: family.id, refreshToken: await addToken(tx, family.id, now) };
}

/** Trades the token for the next of its family, whose row the caller has locked. */
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
  const token = randomBytes(32).toString('base64url');
  await tx.refreshToken.create({
    data: { tokenHash: hashToken(token), familyId, createdAt: now, expiresAt: getExpiry(now) },
  });
  return token;
}

const getExpiry = (now: Date) => new Date(now.getTime() + refreshTokenMs);

/** The only form in which a token is stored; tokens are 256 random bits, so that one round is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
