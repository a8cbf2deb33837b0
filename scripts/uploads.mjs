import { instanceName } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { buildPackage } from './checkout/set-up.mjs';
import { findServers } from './servers/find-servers.mjs';
import { mariadb } from './servers/mariadb.mjs';
import { databaseUrls } from './stack/databases.mjs';
import { bold, dim, print, readOptions, runCommand } from './terminal.mjs';

const help = {
  usage: 'npm run uploads -- [list | resend ID …]',
  summary: 'Lists stuck uploads and sends them to their workers again.',
  positionals: `  list          unfinished uploads that were dead-lettered or without a sign of work for RECONCILE_AFTER_MS (default)
  resend ID …   sends these to their workers again, even if they were dead-lettered

The upload-tracker or the uploads subgraph must be running, or start later: they send the messages from the outbox.`,
};
const maxListed = 1_000;
const defaultAfterMs = 300_000;

/** `npm run uploads`: lists stuck uploads and sends them again. Can be interrupted and repeated at any time. */
await runCommand(async () => {
  const { positionals } = readOptions(help, {});
  const [command = 'list', ...ids] = positionals;
  const isKnown = command === 'list' ? ids.length === 0 : command === 'resend' && ids.length > 0;
  if (!isKnown) throw new Error(`Unknown command. Usage: ${help.usage}`);
  await installPackages();
  await buildPackage('@tributary/uploads-db');
  const servers = await findServers({ note: print, kinds: [mariadb] });
  const { openUploadsDb } = await import('@tributary/uploads-db');
  const { MARIADB_URL = '' } = servers.environment;
  const { UPLOADS_DATABASE_URL = '' } = { ...databaseUrls(instanceName(), MARIADB_URL), ...process.env };
  const db = openUploadsDb(UPLOADS_DATABASE_URL);
  try {
    if (command === 'list') await list(db);
    else await resend(db, ids);
  } finally {
    await db.close();
    await servers.release();
  }
});

/** @typedef {import('@tributary/uploads-db').UploadsDb} UploadsDb @typedef {import('@tributary/uploads-db').Upload} Upload */

/** @param {UploadsDb} db */
async function list(db) {
  const { findStuckUploads } = await import('@tributary/uploads-db');
  const { RECONCILE_AFTER_MS = defaultAfterMs } = process.env;
  const afterMs = Number(RECONCILE_AFTER_MS);
  const uploads = await findStuckUploads(db, { now: new Date(), afterMs, limit: maxListed });
  for (const upload of uploads) print(describe(upload));
  if (uploads.length === 0) print('No stuck uploads.');
  else print(dim('Send them again: npm run uploads -- resend ID …'));
}

/** @param {Upload} upload */
function describe({ id, kind, status, deadLetteredAt, signAt, updatedAt, delayMessage, resends }) {
  const since = (deadLetteredAt ?? signAt ?? updatedAt).toISOString();
  const again = resends === 0 ? '' : `, sent again ${resends === 1 ? 'once' : `${resends} times`}`;
  const reason = deadLetteredAt === null ? `No sign of work${again}.` : 'Dead-lettered.';
  return `${bold(id)} ${kind} ${status} since ${since}\n    ${[reason, delayMessage ?? ''].join(' ').trim()}`;
}

/** @param {UploadsDb} db @param {readonly string[]} ids */
async function resend(db, ids) {
  const { resendUpload } = await import('@tributary/uploads-db');
  const problems = [];
  for (const id of ids) {
    try {
      await resendUpload(db, id, new Date());
      print(`${id} will be sent to its worker again.`);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
