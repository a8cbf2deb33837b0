import { join } from 'node:path';
import { followUpload } from './follow-upload.mjs';
import { login } from './login.mjs';
import { uploadFile } from './upload-file.mjs';

/** The files of a folder, in the order they must be loaded. */
const folderFiles = [
  { file: 'departments.csv', kind: 'DEPARTMENTS' },
  { file: 'jobs.csv', kind: 'JOBS' },
  { file: 'hired_employees.csv', kind: 'HIRED_EMPLOYEES' },
];

const TOKEN_LIFE_MS = 10 * 60_000;

/**
 * Uploads a folder's three files as a client would, each after the one before has ended. Returns the final upload of each;
 * `onProgress` gets every change on the way.
 */
export async function uploadFolder({ gatewayUrl, email, password, dir, onProgress = () => {} }) {
  const getToken = createTokenSource({ gatewayUrl, email, password });
  const uploads = [];
  for (const { file, kind } of folderFiles) {
    const { id } = await uploadFile({ gatewayUrl, token: await getToken(), path: join(dir, file), kind });
    uploads.push(await followUpload({ gatewayUrl, getToken, id, onProgress }));
  }
  return uploads;
}

/** Logs in again before the access token expires: a long load outlives it. */
export function createTokenSource(credentials) {
  let token;
  let at = 0;
  return async () => {
    if (Date.now() - at > TOKEN_LIFE_MS) {
      token = await login(credentials);
      at = Date.now();
    }
    return token;
  };
}
