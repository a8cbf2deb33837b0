import { setTimeout as sleep } from 'node:timers/promises';
import { request } from './request.mjs';

/**
 * An upload as its owner sees it.
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

const query = `query ($id: ID!) { fileUpload(id: $id) {
  id filename kind status rowsRead rowsLoaded rowsRejected percent failure } }`;
const ends = ['COMPLETED', 'FAILED', 'CANCELLED'];
const INTERVAL_MS = 250;

/**
 * Asks every quarter of a second until the upload has ended; `onProgress` gets each answer that differs from the one before.
 *
 * @param {import('./request.mjs').Connection & {
 *   getToken: () => Promise<string>, id: string, onProgress?: (upload: Upload) => void }} options
 * @returns {Promise<Upload>} the upload as it ended
 */
export async function followUpload({ getToken, id, onProgress = () => {}, ...connection }) {
  let last = '';
  for (;;) {
    const { fileUpload } = await request({ ...connection, token: await getToken(), query, variables: { id } });
    const seen = JSON.stringify(fileUpload);
    if (seen !== last) onProgress(fileUpload);
    last = seen;
    if (ends.includes(fileUpload.status)) return fileUpload;
    await sleep(INTERVAL_MS, undefined, connection.signal && { signal: connection.signal });
  }
}
