import { settings, urlOf } from '@tributary/core';
import { confirmationRequested, emailReopened, resetRequested, uploadFinished } from '@tributary/events';
import { measurePool } from '@tributary/metrics';
import { openNotificationsDb } from '@tributary/notifications-db';
import { defineWorker } from '@tributary/worker';
import { z } from 'zod';
import { mailConfirmationLink, mailResetLink } from './link-mails.ts';
import { openMailJournal } from './mail-journal.ts';
import { createMailMetrics } from './mail-metrics.ts';
import { createMailSender } from './mail-sender.ts';
import { notifyUploader, resendMail } from './result-mail.ts';
import { connectSmtp } from './smtp.ts';

/** Mails in flight at a time: one connection of the SMTP server each. */
const maxMails = { results: 5, security: 3 };

/** Mails each uploader the result, and the links that protect an account, each once. */
export default defineWorker({
  name: 'notifier',
  consumes: [uploadFinished, emailReopened, resetRequested, confirmationRequested],
  prefetch: maxMails.results,
  separateQueues: { security: { consumes: [resetRequested, confirmationRequested], prefetch: maxMails.security } },
  config: z.object({
    NOTIFICATIONS_DATABASE_URL: settings.databaseUrl('notifications'),
    SMTP_URL: urlOf('smtp', 'smtps').describe('SMTP server: `smtp://user:password@host:587`.'),
    MAIL_FROM: z
      .string()
      .includes('@', { error: 'must be an address, with or without a name' })
      .describe('Sender of the mails: an address, with or without a name.')
      .meta({ example: 'Tributary <tributary@example.com>' }),
    PUBLIC_URL: settings.publicUrl,
    MAIL_JOURNAL_DIR: z
      .string()
      .optional()
      .describe(
        'Directory in which each notifier keeps the mails that the SMTP server accepted until the database has recorded them, so that a killed process does not send them twice. It must survive a restart of the process; processes on one machine may share it.',
      ),
    MAX_MAILS_PER_RECIPIENT_PER_HOUR: z.coerce
      .number()
      .int()
      .min(1)
      .default(100)
      .describe('Maximum number of result mails per recipient and hour; further ones are delayed.'),
  }),
  connect(config, { onClose, log, clock, metrics }) {
    const db = openNotificationsDb(config.NOTIFICATIONS_DATABASE_URL);
    onClose(() => db.close());
    measurePool(metrics, 'notifications', db.pool);
    const mailMetrics = createMailMetrics(metrics, log);
    const open = (maxConnections: number) => {
      const smtp = connectSmtp(config.SMTP_URL, { maxConnections });
      onClose(() => smtp.close());
      return mailMetrics.measure(smtp);
    };
    const [smtp, securitySmtp] = [open(maxMails.results), open(maxMails.security)];
    const journal = openMailJournal(config.MAIL_JOURNAL_DIR, log);
    const mails = createMailSender({ db, journal, clock, log });
    onClose(() => mails.close());
    const { assertNotRefused } = mailMetrics;
    const { MAIL_FROM: from, PUBLIC_URL: publicUrl } = config;
    const maxMailsPerRecipientPerHour = config.MAX_MAILS_PER_RECIPIENT_PER_HOUR;
    return { db, mails, smtp, securitySmtp, assertNotRefused, from, publicUrl, maxMailsPerRecipientPerHour };
  },
  // A mail server that is unavailable is not asked every other second; the mails that wait for it are in the log.
  checks: {
    'the notifications database': ({ db }) => db.client.$queryRaw`SELECT 1 FROM emails LIMIT 1`,
    'the mail server': async ({ assertNotRefused }) => assertNotRefused(),
  },
  handle(message, dependencies) {
    switch (message.type) {
      case 'users.reset.requested':
        return mailResetLink(message.body, { ...dependencies, smtp: dependencies.securitySmtp });
      case 'users.confirmation.requested':
        return mailConfirmationLink(message.body, { ...dependencies, smtp: dependencies.securitySmtp });
      case 'notifications.email.reopened':
        return resendMail(message.body, dependencies);
      default:
        return notifyUploader(message.body, dependencies);
    }
  },
});
