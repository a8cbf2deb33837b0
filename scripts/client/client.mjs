import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The gateway that operations go to, and how to end them early.
 *
 * @typedef {object} Connection
 * @property {string} gatewayUrl the gateway's GraphQL endpoint
 * @property {AbortSignal | undefined} [signal] when it aborts, operations in flight reject with its reason
 */

/**
 * Sends one GraphQL operation and returns its data; throws with the server's messages if there are errors.
 *
 * @param {Connection & { token?: string | undefined, query: string, variables?: Record<string, unknown> }} operation
 * @returns {Promise<any>}
 */
export function request({ token, query, variables = {}, ...connection }) {
  return post(connection, JSON.stringify({ query, variables }), {
    'content-type': 'application/json',
    ...(token && { authorization: `Bearer ${token}` }),
  });
}

/**
 * Posts an encoded GraphQL request and returns its data. An error of the server has the first `extensions.code` as
 * `code` and the first `extensions.reason` as `reason`.
 *
 * @param {Connection} connection
 * @param {string | FormData} body
 * @param {Record<string, string>} headers
 * @returns {Promise<any>}
 */
async function post({ gatewayUrl, signal }, body, headers) {
  try {
    return await readResponse(await fetch(gatewayUrl, { method: 'POST', headers, body, signal: signal ?? null }));
  } catch (error) {
    signal?.throwIfAborted();
    // fetch only reports "fetch failed"; the cause has the reason.
    if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
    throw new Error(`${gatewayUrl} does not respond: ${error.cause.message}`, { cause: error });
  }
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function readResponse(response) {
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${response.url} answered ${response.status}: ${text.slice(0, 200)}`);
  }
  if (answer.errors?.length) {
    const message = answer.errors.map((/** @type {Error} */ error) => error.message).join('\n');
    const { code, reason } = answer.errors[0].extensions ?? {};
    throw Object.assign(new Error(message), { code, reason });
  }
  return answer.data;
}

const loginMutation =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';

/**
 * Logs in and returns the access token, valid for 15 minutes.
 *
 * @param {Connection & { email: string, password: string }} credentials
 * @returns {Promise<string>}
 */
async function login({ email, password, ...connection }) {
  const data = await request({ ...connection, query: loginMutation, variables: { email, password } });
  return data.login.accessToken;
}

const TOKEN_LIFE_MS = 10 * 60_000;

/**
 * Returns a function that gives a valid access token: it logs in again before the token expires during a long upload.
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

const uploadMutation =
  'mutation ($file: Upload!, $kind: UploadKind!) { uploadFile(file: $file, kind: $kind) { id filename status } }';

/**
 * Sends a file by the GraphQL multipart request specification, streaming it from disk.
 *
 * @param {Connection & { token: string, path: string, kind: string }} options
 * @returns {Promise<{ id: string, filename: string, status: string }>} the upload as accepted
 */
export async function uploadFile({ token, path, kind, ...connection }) {
  const form = new FormData();
  form.append('operations', JSON.stringify({ query: uploadMutation, variables: { file: null, kind } }));
  form.append('map', JSON.stringify({ 0: ['variables.file'] }));
  form.append('0', await openAsBlob(path, { type: 'text/csv' }), basename(path));
  const headers = { authorization: `Bearer ${token}`, 'apollo-require-preflight': 'true' };
  return (await post(connection, form, headers)).uploadFile;
}

/**
 * An upload in the graph.
 *
 * @typedef {object} Upload
 * @property {string} id
 * @property {string} filename
 * @property {string} kind
 * @property {string} status
 * @property {number} rowsRead
 * @property {number} rowsLoaded
 * @property {number} rowsRejected
 * @property {number} percent
 * @property {string | null} failure
 */

const uploadQuery = `query ($id: ID!) { fileUpload(id: $id) {
  id filename kind status rowsRead rowsLoaded rowsRejected percent failure } }`;
const ends = ['COMPLETED', 'FAILED', 'CANCELLED'];
const INTERVAL_MS = 250;

/**
 * Polls every quarter of a second until the upload has a final status; `onProgress` gets each changed state.
 *
 * @param {Connection & {
 *   getToken: () => Promise<string>, id: string, onProgress?: (upload: Upload) => void }} options
 * @returns {Promise<Upload>} the upload with its final status
 */
export async function followUpload({ getToken, id, onProgress = () => {}, ...connection }) {
  let last = '';
  for (;;) {
    const { fileUpload } = await request({
      ...connection,
      token: await getToken(),
      query: uploadQuery,
      variables: { id },
    });
    const seen = JSON.stringify(fileUpload);
    if (seen !== last) onProgress(fileUpload);
    last = seen;
    if (ends.includes(fileUpload.status)) return fileUpload;
    await sleep(INTERVAL_MS, undefined, connection.signal && { signal: connection.signal });
  }
}
