import { invalidArgument } from '@tributary/core';
import type { Transaction, UsersDb } from '@tributary/users-db';
import { createToken, hashToken } from './sessions/tokens.ts';

/** What an emailed link is for. */
type Purpose = keyof typeof purposes;

/** A link that was just created. Only the email contains the token. */
export interface LinkToken {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: Date;
}

interface Table {
  create(args: { data: object }): Promise<{ id: string }>;
  count(args: { where: object }): Promise<number>;
  findFirst(args: { where: object }): Promise<{ id: string; userId: string } | null>;
  deleteMany(args: { where: object }): Promise<{ count: number }>;
}

const purposes = {
  passwordReset: {
    lifetimeMs: 30 * 60_000,
    getTable: (client: Pick<Transaction, 'passwordReset'>): Table => client.passwordReset,
    // The previous version marked used tokens instead of deleting them.
    isUnused: { endedAt: null },
  },
  emailConfirmation: {
    lifetimeMs: 24 * 60 * 60_000,
    getTable: (client: Pick<Transaction, 'emailConfirmation'>): Table => client.emailConfirmation,
    isUnused: {},
  },
};

/** The address may belong to somebody else, so it receives at most this many emails within the lifetime of a link. */
const maxValidLinks = 3;

/**
 * Creates a token that works once. Earlier tokens stay valid, so that requests of strangers do not harm the user. Returns null
 * while three tokens are valid. The caller has locked the user's row.
 */
export async function createLinkToken(
  tx: Transaction,
  purpose: Purpose,
  userId: string,
  now: Date,
): Promise<LinkToken | null> {
  const { lifetimeMs, getTable, isUnused } = purposes[purpose];
  const table = getTable(tx);
  await table.deleteMany({ where: { userId, expiresAt: { lte: now } } });
  if ((await table.count({ where: { userId, ...isUnused } })) >= maxValidLinks) return null;
  const token = createToken();
  const expiresAt = new Date(now.getTime() + lifetimeMs);
  const { id } = await table.create({ data: { userId, tokenHash: hashToken(token), createdAt: now, expiresAt } });
  return { id, token, expiresAt };
}

/** The id of the user whom a valid token belongs to. Any other token is LINK_TOKEN_INVALID, with the same message for all. */
export async function findLinkUser(db: UsersDb, purpose: Purpose, token: string, now: Date): Promise<string> {
  const { getTable } = purposes[purpose];
  const found = await db.query((client) => getTable(client).findFirst({ where: whereValid(purpose, token, now) }));
  if (found === null) throw invalidLink();
  return found.userId;
}

/** Redeems a token; LINK_TOKEN_INVALID unless it is still valid. The caller has locked the user's row. */
export async function redeemLinkToken(tx: Transaction, purpose: Purpose, token: string, now: Date): Promise<void> {
  const { count } = await purposes[purpose].getTable(tx).deleteMany({ where: whereValid(purpose, token, now) });
  if (count !== 1) throw invalidLink();
}

/** Makes all tokens of the user invalid. */
export async function endLinkTokens(tx: Transaction, purpose: Purpose, userId: string): Promise<void> {
  await purposes[purpose].getTable(tx).deleteMany({ where: { userId } });
}

export const invalidLink = () =>
  invalidArgument(
    ['token'],
    'LINK_TOKEN_INVALID',
    'This link is not valid: it was used or has expired. Request a new email.',
  );

const whereValid = (purpose: Purpose, token: string, now: Date) => ({
  tokenHash: hashToken(token),
  expiresAt: { gt: now },
  ...purposes[purpose].isUnused,
});
