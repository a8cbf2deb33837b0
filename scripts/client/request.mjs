/**
 * Where a client's operations go and how they are ended early.
 *
 * @typedef {object} Connection
 * @property {string} gatewayUrl the gateway's GraphQL endpoint
 * @property {AbortSignal | undefined} [signal] when it aborts, what is under way rejects at once with its reason
 */

/**
 * Sends one GraphQL operation and returns its data; throws with the server's own messages when there are errors.
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
 * Posts what is already encoded as a GraphQL request and returns its data. An error of the server carries its first
 * `extensions.code` as `code`.
 *
 * @param {Connection} connection
 * @param {string | FormData} body
 * @param {Record<string, string>} headers
 * @returns {Promise<any>}
 */
export async function post({ gatewayUrl, signal }, body, headers) {
  try {
    return await readAnswer(await fetch(gatewayUrl, { method: 'POST', headers, body, signal: signal ?? null }));
  } catch (error) {
    signal?.throwIfAborted();
    // fetch says "fetch failed" and keeps the reason for itself.
    if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
    throw new Error(`${gatewayUrl} does not answer: ${error.cause.message}`, { cause: error });
  }
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function readAnswer(response) {
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${response.url} answered ${response.status}: ${text.slice(0, 200)}`);
  }
  if (answer.errors?.length) {
    const message = answer.errors.map((/** @type {Error} */ error) => error.message).join('\n');
    throw Object.assign(new Error(message), { code: answer.errors[0].extensions?.code });
  }
  return answer.data;
}
