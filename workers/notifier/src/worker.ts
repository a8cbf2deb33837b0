import { urlOf } from '@tributary/core';
import { resetRequested, uploadFinished } from '@tributary/events';
import { measurePool } from '@tributary/metrics';
import { openNotificationsDb } from '@tributary/notifications-db';
import { defineWorker } from '@tributary/worker';
import { z } from 'zod';
import { connectSmtp } from './connect-smtp.ts';
import { mailResetLink } from './mail-reset-link.ts';
import { measureMails } from './measure-mails.ts';
import { notifyUploader } from './notify-uploader.ts';

/** Mails each uploader the result, and whoever asked for it the link to a new password: each once. */
export default defineWorker({
  name: 'notifier',
  consumes: [uploadFinished, resetRequested],
  prefetch: 5,
  config: z.object({
    NOTIFICATIONS_DATABASE_URL: urlOf('mysql', 'mariadb'),
    SMTP_URL: urlOf('smtp', 'smtps'),
    MAIL_FROM: z.string().includes('@', { error: 'must be an address, with or without a name' }),
    PUBLIC_URL: urlOf('http', 'https'),
  }),
  connect(config, onClose, metrics) {
    const db = openNotificationsDb(config.NOTIFICATIONS_DATABASE_URL);
    onClose(() => db.close());
    measurePool(metrics, 'notifications', db.pool);
    const smtp = connectSmtp(config.SMTP_URL);
    onClose(() => smtp.close());
    return { db, smtp: measureMails(metrics, smtp), from: config.MAIL_FROM, publicUrl: config.PUBLIC_URL };
  },
  // A mail server is not asked every other second; the mails that wait for it say so in the log.
  checks: { 'the notifications database': ({ db }) => db.client.$queryRaw`SELECT 1 FROM emails LIMIT 1` },
  handle: (message, dependencies) =>
    message.type === 'users.reset.requested'
      ? mailResetLink(message.body, dependencies)
      : notifyUploader(message.body, dependencies),
});
