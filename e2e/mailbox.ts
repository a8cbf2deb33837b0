import { waitFor } from '@tributary/testing';
import { z } from 'zod';
import type { Stack } from './stack.ts';

const mailList = z.array(
  z.looseObject({
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    to: z.array(z.looseObject({ address: z.string() })),
  }),
);

/** The mails of a stack, by recipient and a word of the subject. */
export function openMailbox({ mailUrl }: Pick<Stack, 'mailUrl'>) {
  async function mailsTo(address: string, word: string) {
    const mails = mailList.parse(await (await fetch(`${mailUrl}/email`)).json());
    return mails.filter(({ to, subject }) => to.some((one) => one.address === address) && subject.includes(word));
  }

  /** Waits for a mail and returns its first link, which is the same in both parts. */
  async function linkMailedTo(address: string, word: string) {
    const first = async () => (await mailsTo(address, word))[0];
    const mail = await waitFor(first, { what: 'the mail with the link', timeoutMs: 20_000 });
    const link = /^ {2}(http\S+)$/m.exec(mail.text)?.[1];
    if (!link || !mail.html.includes(`href="${link}"`))
      throw new Error(`The mail has no link in both parts: ${mail.text}`);
    return link;
  }

  return { mailsTo, linkMailedTo };
}
