import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { toUploadName } from '@tributary/file-store';
import { fixedClock, waitFor } from '@tributary/testing';
import { openIntake } from '@tributary/uploads-db';
import { aViewer, maxUploadBytes, openUploads, uploadMutation } from '../fixtures/open-uploads.ts';
import { sweepIntakes, sweepOrphanFiles } from './sweeper.ts';

let uploads: Awaited<ReturnType<typeof openUploads>>;
let before: Awaited<ReturnType<typeof uploads.leftBehind>>;
beforeAll(async () => {
  uploads = await openUploads();
});
afterAll(() => uploads.close());
beforeEach(async () => {
  before = await uploads.leftBehind();
});

const code = (expected: string, message = /./) => [
  { message: expect.stringMatching(message), extensions: { code: expected } },
];

/** Begins a multipart request by hand and sends half of its file. */
function beginUpload(viewer = aViewer(), key: string | null = null) {
  const boundary = 'half-way';
  const part = (name: string, text: string, more = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${text}`;
  const operations = JSON.stringify({ query: uploadMutation, variables: { file: null, kind: 'JOBS', key } });
  const map = JSON.stringify({ 0: ['variables.file'] });
  const half = `${part('operations', operations)}\r\n${part('map', map)}\r\n${part('0', 'x'.repeat(60_000), '; filename="half.csv"')}`;
  const contentType = `multipart/form-data; boundary=${boundary}`;
  const headers = { ...uploads.headersOf(viewer), 'content-type': contentType, 'content-length': half.length + 1000 };
  const outgoing = request(uploads.url, { method: 'POST', headers });
  outgoing.on('error', () => undefined);
  outgoing.write(half);
  return outgoing;
}

const streaming = () =>
  waitFor(async () => (await uploads.leftBehind()).intakes > before.intakes, { what: 'an intake' });
const nothingLeft = () =>
  waitFor(async () => JSON.stringify(await uploads.leftBehind()) === JSON.stringify(before), {
    what: 'nothing to be left',
  });

describe('uploadFile', () => {
  test('a file is stored with its size and hash, RECEIVED as event 1, its message in the outbox', async () => {
    const viewer = aViewer();
    const { data } = await uploads.upload(viewer, '1,Pilot\n', { filename: '../../etc/jobs.csv' });
    expect(data?.uploadFile).toMatchObject({
      status: 'RECEIVED',
      cursor: 1,
      bytes: 8,
      sha256: createHash('sha256').update('1,Pilot\n').digest('hex'),
      filename: 'jobs.csv',
      uploadedBy: { id: viewer.id },
    });
    expect(uploads.acceptedIds).toContain(data?.uploadFile?.id);
    const { uploads: count, events, intakes, messages, files } = before;
    const after = { uploads: count + 1, events: events + 1, intakes, messages: messages + 1, files: files + 1 };
    expect(await uploads.leftBehind()).toEqual(after);
  });

  test('an empty file and one of exactly the limit are accepted', async () => {
    expect((await uploads.upload(aViewer(), '')).data?.uploadFile).toMatchObject({ bytes: 0 });
    const { data } = await uploads.upload(aViewer(), 'x'.repeat(maxUploadBytes));
    expect(data?.uploadFile).toMatchObject({ bytes: maxUploadBytes });
  });

  test.each([1, 500_000])(
    'a file %d bytes over the limit: FILE_TOO_LARGE names the limit and leaves nothing',
    async (over) => {
      const { errors } = await uploads.upload(aViewer(), 'x'.repeat(maxUploadBytes + over));
      expect(errors).toMatchObject(code('FILE_TOO_LARGE', new RegExp(`${maxUploadBytes}`)));
      expect(await uploads.leftBehind()).toEqual(before);
    },
  );

  test('client gone half-way: leaves nothing', async () => {
    const outgoing = beginUpload();
    await streaming();
    outgoing.destroy();
    await nothingLeft();
  });

  test('a malformed part header: BAD_USER_INPUT, leaves nothing, and the process lives on', async () => {
    const boundary = 'odd';
    const part = (name: string, text: string, more = '') =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
    const operations = JSON.stringify({ query: uploadMutation, variables: { file: null, kind: 'JOBS' } });
    const map = JSON.stringify({ 0: ['variables.file'] });
    const headers = { ...uploads.headersOf(aViewer()), 'content-type': `multipart/form-data; boundary=${boundary}` };
    const body = `${part('operations', operations)}${part('map', map)}${part('0', 'x', '; filename="a\u0007"')}--${boundary}--\r\n`;
    const response = await fetch(uploads.url, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({ errors: code('BAD_USER_INPUT', /file|malformed/) });
    expect(await uploads.leftBehind()).toEqual(before);
  });

  test('no viewer: UNAUTHENTICATED; a viewer without UPLOAD: FORBIDDEN; both leave nothing', async () => {
    expect((await uploads.upload(null, 'x')).errors).toMatchObject(code('UNAUTHENTICATED'));
    expect((await uploads.upload(aViewer({ permissions: ['QUERY'] }), 'x')).errors).toMatchObject(code('FORBIDDEN'));
    expect(await uploads.leftBehind()).toEqual(before);
  });

  test('a kind that is none is BAD_USER_INPUT and leaves nothing', async () => {
    expect((await uploads.upload(aViewer(), 'x', { kind: 'VIDEOS' })).errors).toMatchObject(
      code('BAD_USER_INPUT', /VIDEOS/),
    );
    expect(await uploads.leftBehind()).toEqual(before);
  });
});

describe('idempotencyKey', () => {
  test('the same key, content and kind: the original upload, nothing new', async () => {
    const viewer = aViewer();
    const first = await uploads.upload(viewer, 'a', { key: 'k' });
    const after = await uploads.leftBehind();
    expect((await uploads.upload(viewer, 'a', { key: 'k' })).data?.uploadFile?.id).toBe(first.data?.uploadFile?.id);
    expect(await uploads.leftBehind()).toEqual(after);
  });

  test('another content, or another kind: CONFLICT that names the key, nothing new', async () => {
    const viewer = aViewer();
    await uploads.upload(viewer, 'a', { key: 'the-key' });
    const after = await uploads.leftBehind();
    expect((await uploads.upload(viewer, 'b', { key: 'the-key' })).errors).toMatchObject(code('CONFLICT', /the-key/));
    const otherKind = await uploads.upload(viewer, 'a', { key: 'the-key', kind: 'DEPARTMENTS' });
    expect(otherKind.errors).toMatchObject(code('CONFLICT', /the-key/));
    expect(await uploads.leftBehind()).toEqual(after);
  });

  test("somebody else's same key is another key", async () => {
    const first = await uploads.upload(aViewer(), 'a', { key: 'k' });
    const second = await uploads.upload(aViewer(), 'a', { key: 'k' });
    expect(second.data?.uploadFile?.id).not.toBe(first.data?.uploadFile?.id);
  });

  test('while the first streams: CONFLICT; once it broke off, the key is free', async () => {
    const viewer = aViewer();
    const outgoing = beginUpload(viewer, 'k');
    await streaming();
    expect((await uploads.upload(viewer, 'a', { key: 'k' })).errors).toMatchObject([
      { extensions: { code: 'CONFLICT', reason: 'IDEMPOTENCY_KEY_IN_USE' } },
    ]);
    outgoing.destroy();
    await nothingLeft();
    expect((await uploads.upload(viewer, 'a', { key: 'k' })).data?.uploadFile?.bytes).toBe(1);
  });

  test('a key sent by five at once makes one upload', async () => {
    const viewer = aViewer();
    const answers = await Promise.all(Array.from({ length: 5 }, () => uploads.upload(viewer, 'a', { key: 'k' })));
    const ids = answers.flatMap(({ data }) => (data?.uploadFile ? [data?.uploadFile?.id] : []));
    expect(new Set(ids).size).toBe(1);
    const errors = answers.flatMap((answer) => answer.errors ?? []);
    for (const error of errors) expect(error.extensions.code).toBe('CONFLICT');
    expect((await uploads.leftBehind()).uploads).toBe(before.uploads + 1);
  });
});

describe('sweeping', () => {
  test('a process that died with a whole file and no record: the file, its intake and its key are given up', async () => {
    const { db, files, log } = uploads;
    const [id, owner] = [randomUUID(), aViewer()];
    const now = new Date('2026-01-01T00:00:00Z');
    const intake = { id, ownerId: owner.id, kind: 'JOBS', idempotencyKey: 'k', leaseUntil: now };
    await openIntake(db, intake, { now, deleteFile: (fileId) => files.delete(toUploadName(fileId)) });
    await files.write(
      toUploadName(id),
      (async function* () {
        yield Buffer.from('whole');
      })(),
    );
    await sweepIntakes({ db, files, log, clock: fixedClock(now) });
    expect(await files.stat(toUploadName(id))).not.toBeNull();
    await sweepIntakes({ db, files, log, clock: fixedClock(new Date(now.getTime() + 1)) });
    expect(await uploads.leftBehind()).toEqual(before);
    expect((await uploads.upload(owner, 'a', { key: 'k' })).data?.uploadFile?.bytes).toBe(1);
  });

  test('a day-old file that no upload names is deleted, every other stays', async () => {
    const { db, files, log } = uploads;
    const kept = await uploads.uploaded(aViewer());
    const id = randomUUID();
    await files.write(
      toUploadName(id),
      (async function* () {
        yield Buffer.from('orphan');
      })(),
    );
    await sweepOrphanFiles({ db, files, log, clock: fixedClock(new Date()) });
    expect(await files.stat(toUploadName(id))).not.toBeNull();
    await sweepOrphanFiles({ db, files, log, clock: fixedClock(new Date(Date.now() + 25 * 3_600_000)) });
    expect(await files.stat(toUploadName(id))).toBeNull();
    expect(await files.stat(toUploadName(kept))).not.toBeNull();
  });
});
