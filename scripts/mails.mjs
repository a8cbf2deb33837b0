import { parseArgs } from 'node:util';
import { instanceName } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { buildPackage } from './checkout/set-up.mjs';
import { findServers } from './servers/find-servers.mjs';
import { mariadb } from './servers/mariadb.mjs';
import { hasVhost, rabbitmq, vhostUrl } from './servers/rabbitmq.mjs';
import { databaseUrls } from './stack/databases.mjs';
import { bold, dim, print, runCommand, step } from './terminal.mjs';

const help = `npm run mails -- list | resend ID … | resend --all

  list            mails whose recipient was rejected by the SMTP server
  resend ID …     sends these mails again
  resend --all    sends all of them again

The notifier must be running, or start later: the requests wait in its queue. Mails with a secret (password reset links) are not
stored and cannot be sent again; the user requests another link.
`;

/** `npm run mails`: lists undeliverable mails and sends them again. Can be interrupted and repeated at any time. */
await runCommand(async () => {
  const options = /** @type {const} */ ({ all: { type: 'boolean' }, help: { type: 'boolean' } });
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [command, ...ids] = positionals;
  const isResend = command === 'resend' && (values.all === true) !== ids.length > 0;
  if (values.help) return void process.stdout.write(help);
  if (!isResend && (command !== 'list' || ids.length > 0 || values.all)) throw new Error(`Unknown command.\n\n${help}`);
  await step('Packages', installPackages, (installed) => (installed ? 'installed' : 'up to date'));
  await step('Build', () => buildPackage('@tributary/notifier'));
  const servers = await findServers({ note: print, kinds: command === 'list' ? [mariadb] : [mariadb, rabbitmq] });
  const { openNotificationsDb } = await import('@tributary/notifications-db');
  const { MARIADB_URL = '', RABBITMQ_URL = '' } = servers.environment;
  const { NOTIFICATIONS_DATABASE_URL = '' } = { ...databaseUrls(instanceName(), MARIADB_URL), ...process.env };
  const db = openNotificationsDb(NOTIFICATIONS_DATABASE_URL);
  try {
    if (command === 'list') await list(db);
    else await resend(db, values.all ? 'all' : ids, RABBITMQ_URL);
  } finally {
    await db.close();
    await servers.release();
  }
});

/** @typedef {import('@tributary/notifications-db').NotificationsDb} NotificationsDb */

/** @param {NotificationsDb} db */
async function list(db) {
  const { listStoppedMails } = await import('@tributary/notifications-db');
  const mails = await listStoppedMails(db);
  for (const { subjectId, recipient, createdAt, refusal, canBeResent } of mails) {
    print(
      `${bold(subjectId)} to ${recipient}, ${createdAt.toISOString()}${canBeResent ? '' : ' (cannot be sent again)'}`,
    );
    print(`    ${refusal ?? 'waiting to be sent again'}`);
  }
  if (mails.length === 0) print('No undeliverable mails.');
  else if (mails.some(({ canBeResent }) => canBeResent)) print(dim('Send them again: npm run mails -- resend --all'));
}

/**
 * @param {NotificationsDb} db
 * @param {string[] | 'all'} ids
 * @param {string} url
 */
async function resend(db, ids, url) {
  const { resendMails } = await import('@tributary/notifications-db');
  const { connectBroker } = await import('@tributary/messaging');
  const { emailReopened } = await import('@tributary/events');
  const { createLog } = await import('@tributary/core');
  const log = createLog('mails', 'silent');
  const broker = await connectBroker({
    url: hasVhost(url) ? url : vhostUrl(url, instanceName()),
    log,
    name: 'mails',
  });
  try {
    for (let tries = 0; !broker.ready() && tries < 100; tries += 1) await new Promise((next) => setTimeout(next, 100));
    const resent = await resendMails(db, ids, (subjectId) => broker.publish(emailReopened, { subjectId }));
    for (const id of resent) print(`${id} will be sent again.`);
    const missing = ids === 'all' ? [] : ids.filter((id) => !resent.includes(id));
    if (missing.length > 0) throw new Error(`Not undeliverable, or not kept: ${missing.join(', ')}`);
    if (resent.length === 0) print('No mail to send again.');
  } finally {
    await broker.close();
  }
}
