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
export async function request({ gatewayUrl, token, query, variables = {}, signal }) {
  const response = await fetch(gatewayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
    signal: signal ?? null,
  });
  return readAnswer(response);
}

/**
 * The data of a GraphQL response, or an error that carries its first `extensions.code` as `code`.
 *
 * @param {Response} response
 * @returns {Promise<any>}
 */
export async function readAnswer(response) {
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
