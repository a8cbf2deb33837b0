import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';

/**
 * The development mailbox: an SMTP server that stores mails and shows them on a web page.
 *
 * @param {string} dataDir
 * @param {{ smtp: number, web: number }} ports
 */
export function createMailbox(dataDir, { smtp, web }) {
  const folder = join(dataDir, 'mail');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    args: [
      join(root, 'node_modules/maildev/bin/maildev'),
      ...['--ip', '127.0.0.1', '--web-ip', '127.0.0.1', '--smtp', String(smtp), '--web', String(web)],
      ...['--mail-directory', folder, '--silent'],
    ],
    smtpUrl: `smtp://127.0.0.1:${smtp}`,
    url: `http://localhost:${web}`,
  };
}
