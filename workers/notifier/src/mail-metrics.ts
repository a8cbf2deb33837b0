import type { Log } from '@tributary/core';
import { unavailable } from '@tributary/core';
import { Histogram, type Registry, secondsBuckets } from '@tributary/metrics';
import { SettingsRefusal, type Smtp } from './smtp.ts';

export interface MeasuredMails {
  /** The same mail server; the time each mail takes is measured, and how that ends. */
  measure(smtp: Smtp): Smtp;
  /** Throws UNAVAILABLE while the server refuses every mail because of our settings. */
  assertNotRefused(): void;
}

/** So many refusals in a row are no accident of one mail. */
const maxRefusals = 3;

/** Measures what becomes of mails, and watches for refusals that an operator must end. */
export function createMailMetrics(registry: Registry, log: Pick<Log, 'error'>): MeasuredMails {
  const seconds = new Histogram({
    name: 'tributary_notifier_mail_seconds',
    help: 'Time to hand a mail to the SMTP server, by how that ended.',
    labelNames: ['outcome'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  let refusals = 0;
  let lastReply = '';

  function outcomeAfter(error: unknown): string {
    if (!(error instanceof SettingsRefusal)) return 'unavailable';
    refusals += 1;
    lastReply = error.reply;
    log.error({ reply: error.reply }, 'mail refused because of the settings');
    return 'refused_by_settings';
  }

  return {
    measure: (smtp) => ({
      async send(mail, signal) {
        const end = seconds.startTimer();
        try {
          const result = await smtp.send(mail, signal);
          refusals = 0;
          end({ outcome: result.state === 'SENT' ? 'sent' : 'refused' });
          return result;
        } catch (error) {
          end({ outcome: outcomeAfter(error) });
          throw error;
        }
      },
      close: () => smtp.close(),
    }),
    assertNotRefused() {
      if (refusals >= maxRefusals) throw unavailable(`The mail server refuses our mails: ${lastReply}`);
    },
  };
}
