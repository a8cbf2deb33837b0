import { z } from 'zod';
import { defineFormer } from './define-event.ts';

const former = z.object({
  uploadId: z.string(),
  filename: z.string(),
  kind: z.string(),
  status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']),
  uploader: z.unknown(),
  rowsRead: z.number(),
  rowsLoaded: z.number(),
  rowsRejected: z.number(),
  failure: z.string().nullable(),
  reasons: z.array(z.unknown()),
  receivedAt: z.string(),
  finishedAt: z.string(),
});

/** Had counts of rows in the place of the notice. */
export const formerFinished = [
  defineFormer(
    'uploads.upload.finished',
    former,
    ({ rowsRead, rowsLoaded, rowsRejected, failure, reasons, ...body }) => ({
      ...body,
      notice: {
        ...toTexts(body, { rowsLoaded, rowsRejected, failure }),
        facts: [
          { label: 'Rows read', value: format(rowsRead) },
          { label: 'Rows imported', value: format(rowsLoaded) },
          { label: 'Rows rejected', value: format(rowsRejected) },
        ],
        problems: reasons,
        problemCount: Math.max(rowsRejected, reasons.length),
        links: [{ label: 'Open Tributary', path: '/' }],
      },
    }),
  ),
];

type Former = z.output<typeof former>;

function toTexts(
  { filename, status, uploadId }: Pick<Former, 'filename' | 'status' | 'uploadId'>,
  { rowsLoaded, rowsRejected, failure }: Pick<Former, 'rowsLoaded' | 'rowsRejected' | 'failure'>,
) {
  const kept = 'We keep a copy of the original.';
  if (status === 'FAILED') {
    const title = `${filename} could not be processed`;
    const summary = `${title}: ${failure ?? 'no reason was given'}`;
    return { title, summary, nextStep: `Please fix the file and upload it again. ${kept}` };
  }
  const imported = `Rows of ${filename} that were imported: ${format(rowsLoaded)}`;
  if (status === 'CANCELLED') {
    const title = `${filename}: the upload was cancelled`;
    return { title, summary: `${imported}.`, nextStep: `Upload the file again if you still need it. ${kept}` };
  }
  if (rowsRejected === 0) {
    return {
      title: `${filename} is complete`,
      summary: `${imported}.`,
      nextStep: `You don\u2019t need to do anything else. ${kept}`,
    };
  }
  return {
    title: `${filename} is complete, rows rejected: ${format(rowsRejected)}`,
    summary: `${imported}. Rejected: ${format(rowsRejected)}.`,
    nextStep: `Fix the rejected rows and upload only those. This query gives the link to them: { fileUpload(id: "${uploadId}") { rejectedRowsUrl } }`,
  };
}

const format = (count: number) => count.toLocaleString('en-US');
