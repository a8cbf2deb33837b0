import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { toResultFolder, toUploadName } from '@tributary/file-store';
import { waitFor } from '@tributary/testing';
import { openReplicas, type StoreKind } from '../fixtures/open-replicas.ts';
import { aViewer } from '../fixtures/open-uploads.ts';
import { deleteFiles } from './sweeper.ts';

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
/** More than one chunk of GridFS, so that a part of it is stored before its end. */
const aFile = () => randomBytes(300_000);

describe.each<StoreKind>(['a directory', 'GridFS'])('sweeping %s, whatever the age of what is in it,', (kind) => {
  let replicas: Awaited<ReturnType<typeof openReplicas>>;
  let sweepers: Awaited<ReturnType<typeof replicas.open>>[];
  beforeAll(async () => {
    replicas = await openReplicas(kind);
    sweepers = await Promise.all([replicas.open(), replicas.open(), replicas.open()]);
  });
  afterAll(() => replicas.close());

  /** Several processes at once. */
  const sweep = () => Promise.all(sweepers.map((sweeper) => sweeper.sweep()));

  test('takes nothing of an upload, at no moment of it', async () => {
    const moments: string[] = [];
    async function sweepAt(moment: string) {
      await sweep();
      moments.push(moment);
    }
    let afterwards = Promise.resolve();
    const replica = await replicas.open({
      around: (files) => ({
        async write(id, content, options) {
          await sweepAt('before the first byte');
          const stored = await files.write(id, content, options);
          await sweepAt('once it is durable');
          return stored;
        },
      }),
      onAccepted: () => {
        afterwards = sweepAt('once it is accepted');
      },
    });
    const [content, stream] = [aFile(), new PassThrough()];
    const uploading = replica.upload(aViewer(), stream);
    stream.write(content);
    await waitFor(async () => (await replicas.unfinished()).length === 1, { what: 'a part of it to be stored' });
    await sweepAt('in mid-stream');
    expect(await replicas.unfinished()).toHaveLength(1);
    stream.end();
    const upload = await uploading;
    await afterwards;
    await sweepAt('long after');
    expect(moments).toEqual([
      'before the first byte',
      'in mid-stream',
      'once it is durable',
      'once it is accepted',
      'long after',
    ]);
    expect(sha256(await buffer(await replicas.files.read(toUploadName(upload.fileId))))).toBe(sha256(content));
  });

  test('takes nothing of many uploads while it never rests', async () => {
    let isDone = false;
    let sweeps = 0;
    async function keepSweeping() {
      while (!isDone) {
        await sweep();
        sweeps += 1;
      }
    }
    const [sweeping, replica] = [keepSweeping(), await replicas.open()];
    const contents = Array.from({ length: 8 }, aFile);
    const uploads = await Promise.all(contents.map((content) => replica.upload(aViewer(), Readable.from([content]))));
    isDone = true;
    await sweeping;
    expect(sweeps).toBeGreaterThan(0);
    for (const [index, { fileId }] of uploads.entries()) {
      expect(sha256(await buffer(await replicas.files.read(toUploadName(fileId))))).toBe(
        sha256(contents[index] ?? Buffer.alloc(0)),
      );
    }
  });

  test('takes what nobody knows: whole files and broken-off ones', async () => {
    const before = await replicas.everything();
    await replicas.files.write('uploads/nobody-knows-me', Readable.from([aFile()]));
    await replicas.files.put('results/nobody-knows-me/song.mp3', aFile());
    const stream = new PassThrough();
    const broken = expect(replicas.files.write('uploads/nor-me', stream)).rejects.toThrow();
    stream.write(aFile());
    await waitFor(async () => (await replicas.unfinished()).includes('nor-me'), { what: 'a part of it to be stored' });
    await sweep();
    expect(await replicas.everything()).toEqual(before);
    stream.destroy(new Error('the end'));
    await broken;
  });

  test('takes no result file of an upload, and deletes them with the upload', async () => {
    const replica = await replicas.open();
    const upload = await replica.upload(aViewer(), Readable.from([aFile()]));
    const name = `${toResultFolder(upload.id)}rejections/1.jsonl`;
    await replica.files.put(name, Buffer.from('kept'));
    await sweep();
    expect((await buffer(await replica.files.read(name))).toString()).toBe('kept');
    await deleteFiles(upload.id, { ...replica, log: createLog('test', 'silent') });
    expect([await replica.files.stat(name), await replica.files.stat(toUploadName(upload.fileId))]).toEqual([
      null,
      null,
    ]);
  });

  test('deletes nothing where more than a tenth of the files is unknown: the database may be the wrong one', async () => {
    const ids = Array.from({ length: 11 }, (_, index) => `unknown-${index}`);
    for (const id of ids) await replicas.files.write(toUploadName(id), Readable.from([Buffer.from(id)]));
    await sweep();
    for (const id of ids) {
      expect((await buffer(await replicas.files.read(toUploadName(id)))).toString()).toBe(id);
    }
  });
});
