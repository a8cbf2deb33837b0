import type { Lane } from './lane.ts';
import type { AcceptedUpload } from './model.ts';

/** One mail for each upload. Returns how many came twice: the deterministic message id tells two of one upload from two uploads. */
export function checkMails(
  { mails }: Lane,
  accepted: readonly AcceptedUpload[],
  complain: (what: string) => void,
): number {
  let doubled = 0;
  for (const { id, planned } of accepted) {
    const count = mails.messages().filter(({ messageId }) => messageId?.includes(id)).length;
    if (count === 0) complain(`lost: no mail about ${planned.key}`);
    doubled += Math.max(0, count - 1);
  }
  return doubled;
}
