import { request } from './request.mjs';

/** Logs in and returns the access token, valid for 15 minutes. */
export async function login({ gatewayUrl, email, password }) {
  const query =
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';
  const data = await request({ gatewayUrl, query, variables: { email, password } });
  return data.login.accessToken;
}
