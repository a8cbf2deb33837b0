import { join } from 'node:path';
import { createTokenSource, followUpload, uploadFile } from './client.mjs';

/** The files of a folder, in the order in which they must be uploaded. */
const folderFiles = [
  { file: 'departments.csv', kind: 'DEPARTMENTS' },
  { file: 'jobs.csv', kind: 'JOBS' },
  { file: 'hired_employees.csv', kind: 'HIRED_EMPLOYEES' },
];

/**
 * Uploads a folder's three files as a client would, each after the previous one has finished. `onProgress` gets every
 * change. When `signal` aborts, it stops at once; uploads that were sent continue.
 *
 * @param {import('./client.mjs').Connection & { email: string, password: string, dir: string,
 *   onProgress?: (upload: import('./client.mjs').Upload) => void }} options
 * @returns {Promise<import('./client.mjs').Upload[]>} each upload with its final status, in that order
 */
export async function uploadFolder({ email, password, dir, onProgress = () => {}, ...connection }) {
  const getToken = createTokenSource({ ...connection, email, password });
  const uploads = [];
  for (const { file, kind } of folderFiles) {
    const { id } = await uploadFile({ ...connection, token: await getToken(), path: join(dir, file), kind });
    uploads.push(await followUpload({ ...connection, getToken, id, onProgress }));
  }
  return uploads;
}
