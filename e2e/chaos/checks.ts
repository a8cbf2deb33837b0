import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { TestClient, UploadEvent } from '../open-client.ts';
import type { Stack } from '../open-stack.ts';
import { queryDatabase } from '../query-database.ts';
import { checkLeftOvers } from './check-left-overs.ts';
import { checkMails } from './check-mails.ts';
import type { Story } from './client.ts';
import type { Lane } from './lane.ts';
import { type AcceptedUpload, type Expected, expectedState } from './model.ts';

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
 * Compares everything that is left after a run with the model and complains of what is not as promised; what was found
 * before a check fails stands. Returns how many mails came twice: SMTP itself leaves a window for that. The stack still runs.
 */
export async function checkAll(
  stack: Stack,
  lane: Lane,
  stories: readonly Story[],
  reader: TestClient,
  token: string,
  complain: (what: string) => void,
): Promise<number> {
  const uploads = z
    .array(uploadRow)
    .parse(await queryDatabase(stack, 'UPLOADS', 'SELECT * FROM uploads ORDER BY sequence'));
  const events = z
    .array(eventRow)
    .parse(await queryDatabase(stack, 'UPLOADS', 'SELECT * FROM upload_events ORDER BY upload_id, `cursor`'));
  const accepted = acceptedOf(uploads, stories, complain);
  const expected = expectedState(accepted);

  checkUploads(uploads, expected, complain);
  for (const story of stories)
    checkStory(
      story,
      events.filter(({ upload_id }) => upload_id === story.id),
      complain,
    );
  await checkTables(stack, expected, complain);
  await checkAnswers(expected, reader, token, complain);
  await checkLeftOvers(
    stack,
    uploads.map(({ file_id }) => file_id),
    complain,
  );
  return checkMails(lane, accepted, complain);
}

/** Every file that a client was told is accepted is there once, and nothing else is. */
function acceptedOf(
  rows: z.infer<typeof uploadRow>[],
  stories: readonly Story[],
  complain: (what: string) => void,
): AcceptedUpload[] {
  const byId = new Map(stories.map((story) => [story.id, story]));
  for (const { id, planned } of stories) {
    if (id === null) complain(`lost: no client's try to send ${planned.key} was answered`);
    else if (!rows.some((row) => row.id === id)) complain(`lost: the accepted upload ${planned.key} has no record`);
  }
  return rows.flatMap(({ id, sequence, idempotency_key }) => {
    const story = byId.get(id);
    if (story === undefined) complain(`doubled: the upload ${id} (${idempotency_key}) is one that no client knows`);
    return story === undefined ? [] : [{ id, sequence, planned: story.planned }];
  });
}

function checkUploads(rows: z.infer<typeof uploadRow>[], expected: Expected, complain: (what: string) => void) {
  rows.forEach((row, index) => {
    if (row.sequence !== index + 1) complain(`order: sequence ${row.sequence} stands where ${index + 1} should`);
    const wanted = expected.uploads.get(row.id);
    if (wanted === undefined) return;
    const found = [row.status, row.rows_read, row.rows_loaded, row.rows_rejected].join(' ');
    const should = [wanted.status, wanted.rowsRead, wanted.rowsLoaded, wanted.rowsRejected].join(' ');
    if (found !== should) complain(`counts: upload ${row.idempotency_key} is ${found} and should be ${should}`);
    if (row.notified_at === null) complain(`lost: no mail is noted for upload ${row.idempotency_key}`);
  });
}

const ranks = ['RECEIVED', 'QUEUED', 'PROCESSING', 'LOADED', 'COMPLETED', 'FAILED', 'CANCELLED'];

/** The log is 1, 2, 3 … and never goes back; the subscriber saw each of its events once, in order. */
function checkStory(story: Story, log: z.infer<typeof eventRow>[], complain: (what: string) => void) {
  const { key } = story.planned;
  log.forEach((event, index) => {
    const before = log[index - 1];
    if (event.cursor !== index + 1) complain(`hole: event ${index + 1} of ${key} has the number ${event.cursor}`);
    if (!before) return;
    const isBack =
      ranks.indexOf(event.status) < ranks.indexOf(before.status) ||
      (event.rows_read < before.rows_read && event.status !== 'FAILED');
    if (isBack)
      complain(
        `backwards: event ${event.cursor} of ${key}: ${before.status} ${before.rows_read} → ${event.status} ${event.rows_read}`,
      );
  });
  const told = story.events.map(toldAs);
  const logged = log.map(({ cursor, status, rows_read, rows_loaded, rows_rejected, message }) =>
    [cursor, status, rows_read, rows_loaded, rows_rejected, message].join(' '),
  );
  if (!story.isFinished)
    complain(`lost: the subscription to ${key} did not end; it saw ${told.length} of ${logged.length} events`);
  else if (!isDeepStrictEqual(told, logged)) complain(`hole: the subscriber of ${key} saw [${told}] of [${logged}]`);
}

const toldAs = ({ cursor, status, rowsRead, rowsLoaded, rowsRejected, message }: UploadEvent) =>
  [cursor, status, rowsRead, rowsLoaded, rowsRejected, message].join(' ');

async function checkTables(stack: Stack, expected: Expected, complain: (what: string) => void) {
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
    // Looked up, not searched for: the links between all processes run in this one and must not stand still.
    const [isFound, isWanted] = [new Set(found), new Set(should)];
    const missing = should.filter((row) => !isFound.has(row));
    const extra = found.filter((row) => !isWanted.has(row));
    complain(
      `rows: ${table} has ${found.length} rows for ${should.length}; missing ${some(missing)}, instead ${some(extra)}`,
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
      complain(`rows: the rejections of ${id} are ${some(found)} for ${some(wanted.rejections)}`);
  }
}

async function checkAnswers(expected: Expected, reader: TestClient, token: string, complain: (what: string) => void) {
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
      complain(`answers: the cached answer for ${year} is not what the rows say`);
  }
}

const some = (rows: readonly string[]) =>
  rows.length === 0 ? 'none' : `${rows.slice(0, 3).join(', ')}${rows.length > 3 ? ` … (${rows.length})` : ''}`;
