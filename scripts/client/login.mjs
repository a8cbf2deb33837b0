import { request } from './request.mjs';

const query =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';

/**
 * Logs in and returns the access token, valid for 15 minutes.
 *
 * @param {import('./request.mjs').Connection & { email: string, password: string }} credentials
 * @returns {Promise<string>}
 */
export async function login({ email, password, ...connection }) {
  const data = await request({ ...connection, query, variables: { email, password } });
  return data.login.accessToken;
}
