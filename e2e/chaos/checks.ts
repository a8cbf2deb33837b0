import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { TestClient, UploadEvent } from '../client.ts';
import { queryDatabase, type Stack } from '../stack.ts';
import { checkLeftovers } from './check-leftovers.ts';
import { type AcceptedUpload, computeExpectedState, type Expected } from './model.ts';
import type { RunSlot } from './run-slot.ts';
import type { ClientHistory } from './simulated-user.ts';

const uploadRow = z.object({
  id: z.string(),
  sequence: z.coerce.number(),
  idempotency_key: z.string(),
  file_id: z.string(),
  status: z.string(),
  cursor: z.number(),
  rows_read: z.number(),
  rows_loaded: z.number(),
  rows_rejected: z.number(),
  notified_at: z.unknown(),
});
const eventRow = z.object({
  upload_id: z.string(),
  cursor: z.number(),
  status: z.string(),
  rows_read: z.number(),
  rows_loaded: z.number(),
  rows_rejected: z.number(),
  message: z.string().nullable(),
});

/**
 * Compares the state after a run with the model and reports violations, including those found before a check throws.
 * Returns the number of duplicate mails, which SMTP cannot exclude. The stack must be running.
 */
export async function checkAll(
  stack: Stack,
  slot: RunSlot,
  histories: readonly ClientHistory[],
  reader: TestClient,
  token: string,
  reportViolation: (what: string) => void,
): Promise<number> {
  const uploads = z
    .array(uploadRow)
    .parse(await queryDatabase(stack, 'UPLOADS', 'SELECT * FROM uploads ORDER BY sequence'));
  const events = z
    .array(eventRow)
    .parse(await queryDatabase(stack, 'UPLOADS', 'SELECT * FROM upload_events ORDER BY upload_id, `cursor`'));
  const accepted = findAccepted(uploads, histories, reportViolation);
  const expected = computeExpectedState(accepted);

  checkUploads(uploads, expected, reportViolation);
  for (const history of histories)
    checkHistory(
      history,
      events.filter(({ upload_id }) => upload_id === history.id),
      reportViolation,
    );
  await checkTables(stack, expected, reportViolation);
  await checkResults(expected, reader, token, reportViolation);
  await checkLeftovers(
    stack,
    uploads.map(({ file_id }) => file_id),
    reportViolation,
  );
  return checkMails(slot, accepted, reportViolation);
}

/** Each upload that a client saw accepted exists once, and there are no others. */
function findAccepted(
  rows: z.infer<typeof uploadRow>[],
  histories: readonly ClientHistory[],
  reportViolation: (what: string) => void,
): AcceptedUpload[] {
  const byId = new Map(histories.map((history) => [history.id, history]));
  for (const { id, planned } of histories) {
    if (id === null) reportViolation(`lost: no attempt to send ${planned.key} got a response`);
    else if (!rows.some((row) => row.id === id))
      reportViolation(`lost: the accepted upload ${planned.key} has no record`);
  }
  return rows.flatMap(({ id, sequence, idempotency_key }) => {
    const history = byId.get(id);
    if (history === undefined) reportViolation(`duplicate: no client knows the upload ${id} (${idempotency_key})`);
    return history === undefined ? [] : [{ id, sequence, planned: history.planned }];
  });
}

function checkUploads(rows: z.infer<typeof uploadRow>[], expected: Expected, reportViolation: (what: string) => void) {
  rows.forEach((row, index) => {
    if (row.sequence !== index + 1) reportViolation(`order: found sequence ${row.sequence} instead of ${index + 1}`);
    const wanted = expected.uploads.get(row.id);
    if (wanted === undefined) return;
    const found = [row.status, row.rows_read, row.rows_loaded, row.rows_rejected].join(' ');
    const should = [wanted.status, wanted.rowsRead, wanted.rowsLoaded, wanted.rowsRejected].join(' ');
    if (found !== should) reportViolation(`counts: upload ${row.idempotency_key} is ${found} instead of ${should}`);
    if (row.notified_at === null) reportViolation(`lost: no mail is recorded for upload ${row.idempotency_key}`);
  });
}

const ranks = ['RECEIVED', 'QUEUED', 'PROCESSING', 'LOADED', 'COMPLETED', 'FAILED', 'CANCELLED'];

/** The log is 1, 2, 3 … and never goes back; its subscriber received each event once, in order. */
function checkHistory(
  history: ClientHistory,
  log: z.infer<typeof eventRow>[],
  reportViolation: (what: string) => void,
) {
  const { key } = history.planned;
  log.forEach((event, index) => {
    const before = log[index - 1];
    if (event.cursor !== index + 1) reportViolation(`gap: event ${index + 1} of ${key} has the cursor ${event.cursor}`);
    if (!before) return;
    const isBack =
      ranks.indexOf(event.status) < ranks.indexOf(before.status) ||
      (event.rows_read < before.rows_read && event.status !== 'FAILED');
    if (isBack)
      reportViolation(
        `backwards: event ${event.cursor} of ${key}: ${before.status} ${before.rows_read} → ${event.status} ${event.rows_read}`,
      );
  });
  const received = history.events.map(formatEvent);
  const logged = log.map(({ cursor, status, rows_read, rows_loaded, rows_rejected, message }) =>
    [cursor, status, rows_read, rows_loaded, rows_rejected, message].join(' '),
  );
  if (!history.isFinished)
    reportViolation(
      `lost: the subscription to ${key} did not end; it received ${received.length} of ${logged.length} events`,
    );
  else if (!isDeepStrictEqual(received, logged))
    reportViolation(`gap: the subscriber of ${key} received [${received}] of [${logged}]`);
}

const formatEvent = ({ cursor, status, rowsRead, rowsLoaded, rowsRejected, message }: UploadEvent) =>
  [cursor, status, rowsRead, rowsLoaded, rowsRejected, message].join(' ');

async function checkTables(stack: Stack, expected: Expected, reportViolation: (what: string) => void) {
  const utc = "DATE_FORMAT(hired_at, '%Y-%m-%dT%H:%i:%SZ')";
  const tables = {
    departments: ['id, name, sequence, first_sequence, upload_id', expected.departments],
    jobs: ['id, name, sequence, first_sequence, upload_id', expected.jobs],
    employees: [`id, name, ${utc}, department_id, job_id, sequence, upload_id`, expected.employees],
  } as const;
  for (const [table, [columns, should]] of Object.entries(tables)) {
    const rows = await queryDatabase(
      stack,
      'EMPLOYMENT',
      `SELECT CONCAT_WS('|', ${columns}) AS text FROM ${table} ORDER BY id`,
    );
    const found = rows.map(({ text }) => String(text));
    if (isDeepStrictEqual(found, should)) continue;
    // Sets keep this fast: the links between all processes run in this process and must not stall.
    const [isFound, isWanted] = [new Set(found), new Set(should)];
    const missing = should.filter((row) => !isFound.has(row));
    const extra = found.filter((row) => !isWanted.has(row));
    reportViolation(
      `rows: ${table} has ${found.length} rows for ${should.length}; missing ${summarizeRows(missing)}, instead ${summarizeRows(extra)}`,
    );
  }
  const rejections = await queryDatabase(
    stack,
    'EMPLOYMENT',
    "SELECT upload_id, CONCAT(line, ' ', code) AS text FROM rejections ORDER BY upload_id, line",
  );
  for (const [id, wanted] of expected.uploads) {
    const found = rejections.flatMap(({ upload_id, text }) => (upload_id === id ? [String(text)] : []));
    if (!isDeepStrictEqual(found, wanted.rejections))
      reportViolation(
        `rows: the rejections of ${id} are ${summarizeRows(found)} instead of ${summarizeRows(wanted.rejections)}`,
      );
  }
}

async function checkResults(
  expected: Expected,
  reader: TestClient,
  token: string,
  reportViolation: (what: string) => void,
) {
  const query = 'query ($year: Int!) { hiresByQuarter(year: $year) { department job q1 q2 q3 q4 } }';
  const answer = z.object({
    hiresByQuarter: z.array(
      z.object({
        department: z.string(),
        job: z.string(),
        q1: z.number(),
        q2: z.number(),
        q3: z.number(),
        q4: z.number(),
      }),
    ),
  });
  for (const year of [2021, 2022]) {
    const { hiresByQuarter } = answer.parse(await reader.data(query, { year }, token));
    const found = hiresByQuarter.flatMap(({ department, job, ...quarters }) =>
      Object.entries(quarters).flatMap(([quarter, count]) =>
        count === 0 ? [] : [`${department}|${job}|${quarter} ${count}`],
      ),
    );
    const should = [...(expected.hires.get(year) ?? [])].map(([key, count]) => `${key} ${count}`);
    if (!isDeepStrictEqual(found.sort(), should.sort()))
      reportViolation(`results: the cached results for ${year} differ from the rows`);
  }
}

const summarizeRows = (rows: readonly string[]) =>
  rows.length === 0 ? 'none' : `${rows.slice(0, 3).join(', ')}${rows.length > 3 ? ` … (${rows.length})` : ''}`;

/** Checks that there is a mail about each upload. Returns the number of duplicates, found by the upload id in the Message-ID. */
function checkMails(
  { mails }: RunSlot,
  accepted: readonly AcceptedUpload[],
  reportViolation: (what: string) => void,
): number {
  let duplicates = 0;
  for (const { id, planned } of accepted) {
    const count = mails.messages().filter(({ messageId }) => messageId?.includes(id)).length;
    if (count === 0) reportViolation(`lost: no mail about ${planned.key}`);
    duplicates += Math.max(0, count - 1);
  }
  return duplicates;
}
