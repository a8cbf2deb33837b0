import { setTimeout as sleep } from 'node:timers/promises';
import { request } from './request.mjs';

const query = `query ($id: ID!) { fileUpload(id: $id) {
  id filename kind status rowsRead rowsLoaded rowsRejected percent failure } }`;
const ends = ['COMPLETED', 'FAILED', 'CANCELLED'];

/** Asks every quarter of a second until the upload has ended; `onProgress` gets each answer that differs from the one before. */
export async function followUpload({ gatewayUrl, getToken, id, onProgress = () => {} }) {
  let last = '';
  for (;;) {
    const { fileUpload } = await request({ gatewayUrl, token: await getToken(), query, variables: { id } });
    const seen = JSON.stringify(fileUpload);
    if (seen !== last) onProgress(fileUpload);
    last = seen;
    if (ends.includes(fileUpload.status)) return fileUpload;
    await sleep(250);
  }
}
