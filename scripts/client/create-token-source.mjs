import { login } from './login.mjs';

const TOKEN_LIFE_MS = 10 * 60_000;

/**
 * Gives the account's access token, logging in again before the one it has expires: a long load outlives it.
 *
 * @param {Parameters<typeof login>[0]} credentials
 * @returns {() => Promise<string>}
 */
export function createTokenSource(credentials) {
  let token = '';
  let at = Number.NEGATIVE_INFINITY;
  return async () => {
    if (Date.now() - at > TOKEN_LIFE_MS) {
      token = await login(credentials);
      at = Date.now();
    }
    return token;
  };
}
