/** Sends one GraphQL operation; throws with the server's own messages when there are errors. */
export async function request({ gatewayUrl, token, query, variables = {} }) {
  const response = await fetch(gatewayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return readAnswer(response);
}

/** The data of a GraphQL response, or an error that carries its first `extensions.code` as `code`. */
export async function readAnswer(response) {
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${response.url} answered ${response.status}: ${text.slice(0, 200)}`);
  }
  if (answer.errors?.length) {
    const error = new Error(answer.errors.map(({ message }) => message).join('\n'));
    error.code = answer.errors[0].extensions?.code;
    throw error;
  }
  return answer.data;
}
