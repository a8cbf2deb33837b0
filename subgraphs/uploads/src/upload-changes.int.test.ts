import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { uploadDeleted } from '@tributary/events';
import { toResultFolder, toUploadName } from '@tributary/file-store';
import { recordUpdates } from '@tributary/uploads-db';
import { aViewer, openUploads } from '../fixtures/open-uploads.ts';
import { sweepDeletedFiles } from './sweeper.ts';
import { deleteUpload } from './upload-changes.ts';

let uploads: Awaited<ReturnType<typeof openUploads>>;
beforeAll(async () => {
  uploads = await openUploads();
});
afterAll(() => uploads.close());

const ann = aViewer();
const admin = aViewer({ email: 'root@example.com', permissions: ['ADMIN'] });
const refusal = (code: string) => ({ errors: [{ extensions: { code } }] });
const counts = { rowsRead: 3, rowsLoaded: 2, rowsRejected: 1 };

async function anEnded(options: Parameters<typeof uploads.uploaded>[2] = {}) {
  const id = await uploads.uploaded(ann, 'hello world', options);
  await recordUpdates(uploads.db, id, { type: 'failed', counts, problems: [], failure: 'It is empty.' }, new Date());
  return id;
}

const remove = (id: string, viewer: typeof ann | null = ann) =>
  uploads.graph(viewer, 'mutation ($id: ID!) { deleteUpload(id: $id) }', { id });
const read = (id: string) => uploads.graph(ann, 'query ($id: ID!) { fileUpload(id: $id) { id } }', { id });
const audit = (viewer: typeof ann, first = 1) =>
  uploads.graph(
    viewer,
    `query ($first: Int) { auditEntries(first: $first) { nodes { id action actor { __typename } actorEmail uploadId
      uploaderEmail filename kind bytes sha256 status rowsRead rowsLoaded rowsRejected } } }`,
    { first },
  );
const messagesOf = (uploadId: string) => uploads.db.client.outboxMessage.findMany({ where: { uploadId } });

describe('deleteUpload', () => {
  test('leaves neither record, log nor file, and tells that it was deleted', async () => {
    const before = await uploads.leftBehind();
    const id = await anEnded();
    expect(await remove(id)).toEqual({ data: { deleteUpload: true } });
    expect(await read(id)).toMatchObject(refusal('NOT_FOUND'));
    const { messages: _, ...left } = await uploads.leftBehind();
    expect(before).toMatchObject(left);
    const types = (await messagesOf(id)).map(({ type }) => type).sort();
    expect(types).toEqual([uploadDeleted.type, 'uploads.upload.finished']);
    expect(await uploads.db.client.deletedFile.count()).toBe(0);
    expect(await remove(id)).toMatchObject(refusal('NOT_FOUND'));
  });

  test('writes down who deleted what; that is for administrators alone', async () => {
    const id = await anEnded({ filename: 'spring.csv' });
    expect(await remove(id, admin)).toEqual({ data: { deleteUpload: true } });
    const { data } = await audit(admin);
    expect(data).toMatchObject({
      auditEntries: {
        nodes: [
          { action: 'UPLOAD_DELETED', actorEmail: 'root@example.com', uploadId: id, uploaderEmail: 'ann@example.com' },
        ],
      },
    });
    expect(data).toMatchObject({
      auditEntries: {
        nodes: [
          { filename: 'spring.csv', bytes: 11, sha256: expect.stringMatching(/^\w{64}$/), status: 'FAILED', ...counts },
        ],
      },
    });
    expect(await audit(ann)).toMatchObject(refusal('FORBIDDEN'));
  });

  test('is for the uploader and administrators', async () => {
    const id = await anEnded();
    expect(await remove(id, aViewer())).toMatchObject(refusal('FORBIDDEN'));
    expect(await remove(id, null)).toMatchObject(refusal('UNAUTHENTICATED'));
    expect(await remove(randomUUID())).toMatchObject(refusal('NOT_FOUND'));
    expect((await read(id)).errors).toBeUndefined();
  });

  test('is CONFLICT for an upload that has not ended, and says so', async () => {
    const id = await uploads.uploaded(ann);
    expect(await remove(id)).toMatchObject({
      errors: [
        {
          message: `Upload ${id} is RECEIVED. It can be deleted once it has a final status; cancel it first.`,
          extensions: { code: 'CONFLICT' },
        },
      ],
    });
    expect((await read(id)).errors).toBeUndefined();
  });

  test('is done once and written down once when asked for several times at once', async () => {
    const id = await anEnded();
    const answers = await Promise.all([remove(id), remove(id), remove(id)]);
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(await uploads.db.client.auditEntry.count({ where: { uploadId: id } })).toBe(1);
    expect((await messagesOf(id)).filter(({ type }) => type === uploadDeleted.type)).toHaveLength(1);
  });

  test('frees the idempotency key for another file', async () => {
    const key = randomUUID();
    const id = await anEnded({ key });
    await remove(id);
    expect(await uploads.uploaded(ann, 'another file', { key })).not.toBe(id);
  });

  test('of a file the store cannot delete now leaves it to the sweep', async () => {
    const id = await anEnded();
    const { fileId } = await uploads.db.client.upload.findUniqueOrThrow({ where: { id } });
    const { db, clock, log, files } = uploads;
    const result = `${toResultFolder(id)}song.mp3`;
    await files.put(result, Buffer.from('la'));
    const away = { ...files, delete: () => Promise.reject(unavailable('The file store is away.')) };
    const access = { require: () => db.client.upload.findUniqueOrThrow({ where: { id } }) };
    await deleteUpload(id, {
      db,
      clock,
      log,
      deletedUploads: { mark: async () => {} },
      files: away,
      viewer: ann,
      uploads: access,
    });
    expect(await read(id)).toMatchObject(refusal('NOT_FOUND'));
    await sweepDeletedFiles({ db, clock, log, files: away });
    expect(await db.client.deletedFile.findMany()).toMatchObject([{ fileId }]);
    (await files.read(toUploadName(fileId))).destroy();
    await Promise.all([sweepDeletedFiles(uploads), sweepDeletedFiles(uploads)]);
    await expect(files.read(toUploadName(fileId))).rejects.toThrow();
    await expect(files.read(result)).rejects.toThrow();
    expect(await db.client.deletedFile.count()).toBe(0);
  });
});
