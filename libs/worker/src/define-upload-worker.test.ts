import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog, systemClock, unavailable } from '@tributary/core';
import { uploadAccepted, uploadCancelled, uploadDeleted } from '@tributary/events';
import { type FileStore, openFileStore } from '@tributary/file-store';
import { createMemoryBroker } from '@tributary/messaging';
import { z } from 'zod';
import { defineUploadWorker, type UploadWorkerDefinition } from './define-upload-worker.ts';
import { InvalidInput } from './handler-errors.ts';
import { startWorker } from './start-worker.ts';
import { openWorkRecord } from './work-record.ts';

const log = createLog('test', 'silent');
/** Every delay is over at once. */
const clock = { now: systemClock.now, sleep: async () => {} };
const receivedAt = '2026-01-01T00:00:00.000Z';
const uploader = { id: randomUUID(), email: 'ann@example.com', name: 'Ann' };
const echo = { name: 'ECHO', waitsFor: [] };

let files: FileStore;
let url: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-work-'));
  url = pathToFileURL(folder).href;
  files = await openFileStore(url);
});
afterAll(async () => {
  await files.close();
  await rm(folder, { recursive: true });
});

async function readText(name: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of await files.read(name)) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function namesIn(uploadId: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of files.list(`results/${uploadId}/`)) names.push(name);
  return names.sort();
}

type Process = UploadWorkerDefinition<z.ZodObject, object>['process'];

const countBytes: Process = async (_upload, { file, addResultFile, progress }) => {
  const parts: Uint8Array[] = [];
  for await (const part of await file.read()) parts.push(part);
  const content = Buffer.concat(parts);
  await progress({ bytes: content.length }, 50);
  await addResultFile('copy.txt', content, { mediaType: 'text/plain' });
  return { counts: { bytes: content.length }, summary: `It has ${content.length} bytes.` };
};

async function aWorker(process: Process) {
  const broker = createMemoryBroker({ clock, acceptUnroutable: true });
  const worker = defineUploadWorker({
    ...{ name: 'echo', kinds: [echo], concurrency: 1, config: z.object({}) },
    ...{ connect: () => ({}), process },
  });
  const running = await startWorker(worker, { broker, config: { FILE_STORE_URL: url }, clock, log });
  const anUpload = async (content: string) => {
    const uploadId = randomUUID();
    await files.write(`uploads/${uploadId}`, Readable.from([Buffer.from(content)]));
    return {
      ...{ uploadId, fileId: uploadId, filename: 'a.txt', kind: 'ECHO', options: {}, bytes: content.length },
      ...{ sequence: 1, uploader, dependsOn: [], receivedAt },
    };
  };
  const work = () =>
    broker.sent
      .filter(({ type }) => type.startsWith('echo.work.'))
      .map(({ type, body }) => ({ type: type.replace('echo.work.', ''), body: z.looseObject({}).parse(body) }));
  const types = () => work().map(({ type }) => type);
  const last = () => work().at(-1);
  const cancel = ({ uploadId, kind, sequence }: Awaited<ReturnType<typeof anUpload>>) =>
    broker.publish(uploadCancelled, { uploadId, kind, sequence, uploader, at: receivedAt });
  return { broker, anUpload, work, types, last, cancel, stop: () => running.stop() };
}

describe('an upload worker', () => {
  test('reports the work on an upload with its counts, summary and result files', async () => {
    const { broker, anUpload, types, last, stop } = await aWorker(countBytes);
    const upload = await anUpload('hello');
    await broker.publish(uploadAccepted, upload);
    await broker.idle();
    expect(types()).toEqual(['started', 'progressed', 'completed']);
    const resultFiles = [{ name: 'copy.txt', mediaType: 'text/plain', bytes: 5 }];
    const { uploadId } = upload;
    expect(last()?.body).toMatchObject({ uploadId, counts: { bytes: 5 }, summary: 'It has 5 bytes.', resultFiles });
    expect(await readText(`results/${uploadId}/copy.txt`)).toBe('hello');
    await stop();
  });

  test('handling the same message twice changes nothing and publishes the same end again', async () => {
    let calls = 0;
    const { broker, anUpload, work, stop } = await aWorker((...given) => {
      calls += 1;
      return countBytes(...given);
    });
    const upload = await anUpload('hello');
    await broker.publish(uploadAccepted, upload);
    await broker.idle();
    const names = await namesIn(upload.uploadId);
    await broker.publish(uploadAccepted, upload);
    await broker.idle();
    expect(calls).toBe(1);
    expect(await namesIn(upload.uploadId)).toEqual(names);
    const ends = work().filter(({ type }) => type === 'completed');
    expect(ends).toHaveLength(2);
    expect(ends[1]).toEqual(ends[0]);
    await stop();
  });

  test('ends an upload with invalid content as failed, with the problems found so far, and does not try again', async () => {
    const { broker, anUpload, types, last, stop } = await aWorker(async (_upload, { reject }) => {
      for (let line = 1; line <= 12; line += 1) reject({ line, code: 'ODD', message: 'is odd.' });
      throw new InvalidInput('NO_SOUND', 'The video has no sound.');
    });
    await broker.publish(uploadAccepted, await anUpload('hello'));
    await broker.idle();
    expect(types()).toEqual(['started', 'failed']);
    expect(last()?.body).toMatchObject({ code: 'NO_SOUND', failure: 'The video has no sound.', problemCount: 12 });
    expect(last()?.body.problems).toHaveLength(10);
    await stop();
  });

  test('waits for an unavailable dependency, and continues from the last checkpoint', async () => {
    const seen: unknown[] = [];
    const { broker, anUpload, types, last, stop } = await aWorker(async (_upload, { checkpoint, progress, reject }) => {
      seen.push(checkpoint.last);
      if (checkpoint.last === undefined) {
        reject({ line: 1, code: 'ODD', message: 'is odd.' });
        await progress({ rows: 7 }, 10);
        await checkpoint.save({ row: 7 });
      }
      if (seen.length < 8) throw unavailable('Waiting for the disk');
      return { counts: { rows: 9 } };
    });
    await broker.publish(uploadAccepted, await anUpload('hello'));
    await broker.idle();
    expect(seen).toEqual([undefined, ...Array(7).fill({ row: 7 })]);
    expect(types().filter((type) => type !== 'progressed')).toEqual(['started', 'delayed', 'completed']);
    expect(last()?.body).toMatchObject({ counts: { rows: 9 }, problemCount: 1 });
    await stop();
  });

  test('dead-letters an upload after five attempts and tells its owner', async () => {
    let calls = 0;
    const { broker, anUpload, last, stop } = await aWorker(async () => {
      calls += 1;
      throw new Error('a bug');
    });
    await broker.publish(uploadAccepted, await anUpload('hello'));
    await broker.idle();
    expect(calls).toBe(5);
    expect(last()).toMatchObject({ type: 'delayed', body: { deadLettered: true } });
    expect(broker.deadLetters('echo')).toHaveLength(1);
    await stop();
  });

  test('dead-letters a message on which five workers crashed without progress, then counts from zero', async () => {
    const { broker, anUpload, types, stop } = await aWorker(countBytes);
    const upload = await anUpload('hello');
    const record = () => openWorkRecord(files, upload.uploadId);
    for (let crash = 0; crash < 5; crash += 1) await record().start('deadly');
    await broker.publish(uploadAccepted, upload, { messageId: 'deadly' });
    await broker.idle();
    expect(broker.deadLetters('echo')).toHaveLength(1);
    await broker.publish(uploadAccepted, upload, { messageId: 'deadly' });
    await broker.idle();
    expect(types().at(-1)).toBe('completed');
    await stop();
  });

  test('stops cancelled work at once, reports the counts of its last checkpoint, and does not start it again', async () => {
    let started: () => void = () => undefined;
    const isStarted = new Promise<void>((resolve) => {
      started = resolve;
    });
    let calls = 0;
    const { broker, anUpload, work, cancel, stop } = await aWorker(
      async (_upload, { checkpoint, progress, signal }) => {
        calls += 1;
        await progress({ rows: 3 }, 10);
        await checkpoint.save(3);
        await progress({ rows: 5 }, 20);
        started();
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        return { counts: { rows: 9 } };
      },
    );
    const upload = await anUpload('hello');
    await broker.publish(uploadAccepted, upload);
    await isStarted;
    await cancel(upload);
    await broker.idle();
    await broker.publish(uploadAccepted, upload);
    await broker.idle();
    expect(calls).toBe(1);
    const ends = work().filter(({ type }) => !['started', 'progressed', 'delayed'].includes(type));
    expect(new Set(ends.map(({ type }) => type))).toEqual(new Set(['cancelled']));
    for (const { body } of ends) expect(body).toMatchObject({ counts: { rows: 3 } });
    await stop();
  });

  test('leaves completed work completed when its cancellation comes too late', async () => {
    const { broker, anUpload, types, cancel, stop } = await aWorker(countBytes);
    const upload = await anUpload('hello');
    await broker.publish(uploadAccepted, upload);
    await broker.idle();
    await cancel(upload);
    await broker.idle();
    expect(types().slice(-2)).toEqual(['completed', 'completed']);
    await stop();
  });

  test('deletes what it added to a deleted upload, and ignores a message that comes late', async () => {
    const { broker, anUpload, work, stop } = await aWorker(countBytes);
    const upload = await anUpload('hello');
    await broker.publish(uploadAccepted, upload);
    await broker.idle();
    const before = work().length;
    await files.delete(`uploads/${upload.uploadId}`);
    await broker.publish(uploadDeleted, { uploadId: upload.uploadId, kind: 'ECHO', at: receivedAt });
    await broker.idle();
    expect(await namesIn(upload.uploadId)).toEqual([]);
    await broker.publish(uploadAccepted, upload);
    await broker.idle();
    expect(work()).toHaveLength(before);
    await stop();
  });

  test('cannot have a kind that waits for others', () => {
    const kinds = [{ name: 'ECHO', waitsFor: ['JOBS'] }];
    const declare = () =>
      defineUploadWorker({
        ...{ name: 'echo', kinds, concurrency: 1, config: z.object({}) },
        ...{ connect: () => ({}), process: countBytes },
      });
    expect(declare).toThrow('does not support');
  });
});
