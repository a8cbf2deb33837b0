import { systemClock, urlOf } from '@tributary/core';
import { emailReopened, resetRequested, uploadFinished } from '@tributary/events';
import { measurePool } from '@tributary/metrics';
import { openNotificationsDb } from '@tributary/notifications-db';
import { defineWorker } from '@tributary/worker';
import { z } from 'zod';
import { connectSmtp } from './connect-smtp.ts';
import { openMailJournal } from './mail-journal.ts';
import { mailResetLink } from './mail-reset-link.ts';
import { createMailSender } from './mail-sender.ts';
import { createMailMetrics } from './measure-mails.ts';
import { notifyUploader } from './notify-uploader.ts';
import { resendMail } from './resend-mail.ts';

/** Mails in flight at a time: one connection of the SMTP server each. */
const maxMails = { results: 5, security: 3 };

/** Mails each uploader the result, and the links that protect an account, each once. */
export default defineWorker({
  name: 'notifier',
  consumes: [uploadFinished, emailReopened, resetRequested],
  prefetch: maxMails.results,
  separateQueues: { security: { consumes: [resetRequested], prefetch: maxMails.security } },
  config: z.object({
    NOTIFICATIONS_DATABASE_URL: urlOf('mysql', 'mariadb'),
    SMTP_URL: urlOf('smtp', 'smtps'),
    MAIL_FROM: z.string().includes('@', { error: 'must be an address, with or without a name' }),
    PUBLIC_URL: urlOf('http', 'https'),
    MAIL_JOURNAL_DIR: z.string().optional(),
  }),
  connect(config, onClose, metrics, log) {
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
    const mails = createMailSender({ db, journal, clock: systemClock, log });
    onClose(() => mails.close());
    const { assertNotRefused } = mailMetrics;
    return { db, mails, smtp, securitySmtp, assertNotRefused, from: config.MAIL_FROM, publicUrl: config.PUBLIC_URL };
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
      case 'notifications.email.reopened':
        return resendMail(message.body, dependencies);
      default:
        return notifyUploader(message.body, dependencies);
    }
  },
});
