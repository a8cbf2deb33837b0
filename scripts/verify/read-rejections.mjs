import { request } from '../client/client.mjs';

const query = `query ($id: ID!, $after: String) { fileUpload(id: $id) {
  rejections(first: 100, after: $after) { nodes { line column code } pageInfo { hasNextPage endCursor } } } }`;

/**
 * All rejections of an upload, read page by page.
 *
 * @param {import('../client/client.mjs').Connection & { getToken: () => Promise<string>, id: string }} options
 * @returns {Promise<{ line: number, column: string | null, code: string }[]>}
 */
export async function readRejections({ getToken, id, ...connection }) {
  const found = [];
  let after = null;
  do {
    const { fileUpload } = await request({ ...connection, token: await getToken(), query, variables: { id, after } });
    found.push(...fileUpload.rejections.nodes);
    const { hasNextPage, endCursor } = fileUpload.rejections.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
  return found;
}
