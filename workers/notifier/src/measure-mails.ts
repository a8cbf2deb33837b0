import { Histogram, type Registry, secondsBuckets } from '@tributary/metrics';
import type { Smtp } from './connect-smtp.ts';

/** The same mail server; how long it took over each mail is measured, and how that ended. */
export function measureMails(registry: Registry, smtp: Smtp): Smtp {
  const seconds = new Histogram({
    name: 'tributary_notifier_mail_seconds',
    help: 'Time to hand a mail to the SMTP server, by how that ended.',
    labelNames: ['outcome'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  return {
    async send(mail) {
      const end = seconds.startTimer();
      try {
        const result = await smtp.send(mail);
        end({ outcome: result.state === 'SENT' ? 'sent' : 'refused' });
        return result;
      } catch (error) {
        end({ outcome: 'unavailable' });
        throw error;
      }
    },
    close: () => smtp.close(),
  };
}
