import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toResultFolder } from '@tributary/file-store';
import { recordUpdates } from '@tributary/uploads-db';
import { z } from 'zod';
import { aViewer, openUploads } from '../fixtures/open-uploads.ts';

const ann = aViewer();
const content = 'la la la';
const listed = z.object({
  fileUpload: z.object({
    resultFiles: z.array(
      z.object({ name: z.string(), mediaType: z.string(), bytes: z.number(), downloadUrl: z.string() }),
    ),
  }),
});

let uploads: Awaited<ReturnType<typeof openUploads>>;
let id: string;
beforeAll(async () => {
  uploads = await openUploads();
  id = await uploads.uploaded(ann);
  for (const name of ['song.mp3', 'page.html', '.end.json'])
    await uploads.files.put(`${toResultFolder(id)}${name}`, Buffer.from(content));
  const resultFiles = [
    { name: 'song.mp3', mediaType: 'audio/mpeg', bytes: content.length },
    { name: 'page.html', mediaType: 'text/html', bytes: content.length },
  ];
  const loaded = { type: 'loaded', counts: {}, resultFiles, conditions: [], version: 0 } as const;
  await recordUpdates(uploads.db, id, loaded, new Date());
});
afterAll(() => uploads.close());

const query = 'query ($id: ID!) { fileUpload(id: $id) { resultFiles { name mediaType bytes downloadUrl } } }';

async function list() {
  const { data } = await uploads.graph(ann, query, { id });
  return listed.parse(data).fileUpload.resultFiles;
}
const local = (url: string) => new URL(new URL(url).pathname + new URL(url).search, uploads.url);

describe('the result files of an upload', () => {
  test('are listed once the work has ended, each with a link that downloads it without a token', async () => {
    const [song] = await list();
    expect(song).toMatchObject({ name: 'song.mp3', mediaType: 'audio/mpeg', bytes: content.length });
    const response = await fetch(local(song?.downloadUrl ?? ''));
    expect(await response.text()).toBe(content);
    expect(response.headers.get('content-type')).toBe('audio/mpeg');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="song.mp3"/);
  });

  test('can be downloaded in ranges', async () => {
    const [song] = await list();
    const response = await fetch(local(song?.downloadUrl ?? ''), { headers: { range: 'bytes=3-4' } });
    expect([response.status, await response.text()]).toEqual([206, 'la']);
  });

  test('never run in a browser', async () => {
    const [, page] = await list();
    const { headers } = await fetch(local(page?.downloadUrl ?? ''));
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('are for the uploader and administrators, and their links for one file only', async () => {
    const [song] = await list();
    const path = `/downloads/files/${id}/results/song.mp3`;
    expect((await fetch(new URL(path, uploads.url))).status).toBe(401);
    const { authorization } = uploads.headersOf(aViewer());
    expect((await fetch(new URL(path, uploads.url), { headers: { authorization } })).status).toBe(403);
    const other = (song?.downloadUrl ?? '').replace('song.mp3', 'page.html');
    expect((await fetch(local(other))).status).toBe(403);
  });

  test.each(['.end.json', 'nothing.mp3', '..%2F..%2Fuploads'])('do not include %s', async (name) => {
    const { authorization } = uploads.headersOf(ann);
    const url = new URL(`/downloads/files/${id}/results/${name}`, uploads.url);
    expect((await fetch(url, { headers: { authorization } })).status).toBe(404);
  });
});
