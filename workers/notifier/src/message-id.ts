/** The same for every attempt, so that a mailbox can fold a mail that had to be sent again. */
export function messageIdOf(subjectId: string, from: string): string {
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'tributary.invalid';
  return `<${subjectId}@${domain}>`;
}
