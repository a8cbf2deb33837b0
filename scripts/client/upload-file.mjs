import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { post } from './request.mjs';

const query =
  'mutation ($file: Upload!, $kind: UploadKind!) { uploadFile(file: $file, kind: $kind) { id filename status } }';

/**
 * Sends a file by the GraphQL multipart request specification, streamed from disk.
 *
 * @param {import('./request.mjs').Connection & { token: string, path: string, kind: string }} options
 * @returns {Promise<{ id: string, filename: string, status: string }>} the upload as accepted
 */
export async function uploadFile({ token, path, kind, ...connection }) {
  const form = new FormData();
  form.append('operations', JSON.stringify({ query, variables: { file: null, kind } }));
  form.append('map', JSON.stringify({ 0: ['variables.file'] }));
  form.append('0', await openAsBlob(path, { type: 'text/csv' }), basename(path));
  const headers = { authorization: `Bearer ${token}`, 'apollo-require-preflight': 'true' };
  return (await post(connection, form, headers)).uploadFile;
}
