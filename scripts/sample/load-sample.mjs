import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout/paths.mjs';
import { writeStateFile } from '../checkout/state-file.mjs';
import { say, step } from '../terminal/say.mjs';

const marker = (/** @type {string} */ dataDir) => join(dataDir, 'sample-loaded');

/** @param {string} dataDir */
export const sampleWasLoaded = (dataDir) => existsSync(marker(dataDir));

/**
 * Uploads the sample files through the gateway as a client would, and prints what became of each. An upload that does not
 * complete is an error.
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
      onProgress: tellProgress,
      signal,
    }),
  );
  for (const { filename, status, rowsLoaded, rowsRejected, failure } of uploads) {
    say(
      `    ${filename}: ${status}, ${rowsLoaded} rows loaded, ${rowsRejected} rejected${failure ? ` (${failure})` : ''}`,
    );
    if (status !== 'COMPLETED')
      throw new Error(`The sample file ${filename} ended ${status}: ${failure ?? 'no reason given'}`);
  }
  writeStateFile(marker(dataDir), '');
}

/** @param {{ filename: string, status: string, percent: number }} upload */
function tellProgress({ filename, status, percent }) {
  say(`    ${filename} ${status.toLowerCase()} ${Math.round(percent)} %`);
}
