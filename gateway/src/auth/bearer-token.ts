import { unauthenticated } from '@tributary/core';

/** The token of an Authorization header, or null without one. Throws UNAUTHENTICATED for any other scheme. */
export function bearerToken(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.trim() === '') return null;
  const token = /^Bearer +(\S+)\s*$/i.exec(authorization)?.[1];
  if (token === undefined) throw unauthenticated('The Authorization header must be "Bearer <access token>"');
  return token;
}
