import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { readAnswer } from './request.mjs';

const query =
  'mutation ($file: Upload!, $kind: UploadKind!) { uploadFile(file: $file, kind: $kind) { id filename status } }';

/**
 * Sends a file by the GraphQL multipart request specification, streamed from disk.
 *
 * @param {import('./request.mjs').Connection & { token: string, path: string, kind: string }} options
 * @returns {Promise<{ id: string, filename: string, status: string }>} the upload as accepted
 */
export async function uploadFile({ gatewayUrl, token, path, kind, signal }) {
  const form = new FormData();
  form.append('operations', JSON.stringify({ query, variables: { file: null, kind } }));
  form.append('map', JSON.stringify({ 0: ['variables.file'] }));
  form.append('0', await openAsBlob(path, { type: 'text/csv' }), basename(path));
  const response = await fetch(gatewayUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': 'true' },
    body: form,
    signal: signal ?? null,
  });
  return (await readAnswer(response)).uploadFile;
}
