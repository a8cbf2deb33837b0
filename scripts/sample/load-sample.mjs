import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';
import { writeStateFile } from '../checkout/state-file.mjs';
import { print, step } from '../terminal.mjs';

const getMarkerFile = (/** @type {string} */ dataDir) => join(dataDir, 'sample-loaded');

/** @param {string} dataDir */
export const isSampleLoaded = (dataDir) => existsSync(getMarkerFile(dataDir));

/**
 * Uploads the sample files through the gateway as a client would, and prints the result of each. An upload that does
 * not complete is an error.
 *
 * @param {{ stack: import('../stack.mjs').Stack, dataDir: string, signal: AbortSignal }} options
 */
export async function loadSample({ stack, dataDir, signal }) {
  const { uploadFolder } = await import('../client/upload-folder.mjs');
  const uploads = await step('Sample load', () =>
    uploadFolder({
      gatewayUrl: `${stack.gatewayUrl}/graphql`,
      ...stack.admin,
      dir: join(root, 'samples'),
      onProgress: printProgress,
      signal,
    }),
  );
  for (const { filename, status, rowsLoaded, rowsRejected, failure } of uploads) {
    print(
      `    ${filename}: ${status}, ${rowsLoaded} rows loaded, ${rowsRejected} rejected${failure ? ` (${failure})` : ''}`,
    );
    if (status !== 'COMPLETED')
      throw new Error(`The sample file ${filename} ended ${status}: ${failure ?? 'no reason given'}`);
  }
  writeStateFile(getMarkerFile(dataDir), '');
}

/** @param {{ filename: string, status: string, percent: number }} upload */
function printProgress({ filename, status, percent }) {
  print(`    ${filename} ${status.toLowerCase()} ${Math.round(percent)} %`);
}
