import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toUploadName } from '@tributary/file-store';
import { recordUpdates } from '@tributary/uploads-db';
import { aViewer, openUploads } from '../fixtures/open-uploads.ts';

let uploads: Awaited<ReturnType<typeof openUploads>>;
beforeAll(async () => {
  uploads = await openUploads();
});
afterAll(() => uploads.close());

const ann = aViewer();
const bob = aViewer();
const admin = aViewer({ permissions: ['ADMIN'] });
const idOf = (viewer = ann, options = {}) => uploads.uploaded(viewer, 'hello world', options);
const code = (expected: string) => [
  expect.objectContaining({ extensions: expect.objectContaining({ code: expected }) }),
];

const byId = 'query ($id: ID!) { fileUpload(id: $id) { id filename events { cursor status upload { id } } } }';
const byReference =
  'query ($r: [_Any!]!) { _entities(representations: $r) { ... on FileUpload { filename } ... on User { uploads { nodes { id } totalCount } } } }';

describe('who may read an upload', () => {
  test('its uploader and an administrator do, with its log', async () => {
    const id = await idOf();
    for (const viewer of [ann, admin]) {
      const { data } = await uploads.graph(viewer, byId, { id });
      expect(data?.fileUpload).toMatchObject({
        id,
        filename: 'jobs.csv',
        events: [{ cursor: 1, status: 'RECEIVED', upload: { id } }],
      });
    }
  });

  test("somebody else's is FORBIDDEN, an unknown one NOT_FOUND, also as an entity", async () => {
    const id = await idOf();
    for (const [wanted, expected] of [
      [id, 'FORBIDDEN'],
      [randomUUID(), 'NOT_FOUND'],
    ] as const) {
      expect((await uploads.graph(bob, byId, { id: wanted })).errors).toEqual(code(expected));
      const r = [{ __typename: 'FileUpload', id: wanted }];
      expect((await uploads.graph(bob, byReference, { r })).errors).toEqual(code(expected));
    }
    expect((await uploads.graph(null, byId, { id })).errors).toEqual(code('UNAUTHENTICATED'));
  });

  test("a user's uploads are for the user and administrators", async () => {
    const owner = aViewer();
    const id = await idOf(owner);
    const r = [{ __typename: 'User', id: owner.id }];
    for (const viewer of [owner, admin]) {
      const { data } = await uploads.graph(viewer, byReference, { r });
      expect(data?._entities).toEqual([{ uploads: { nodes: [{ id }], totalCount: 1 } }]);
    }
    expect((await uploads.graph(bob, byReference, { r })).errors).toEqual(code('FORBIDDEN'));
  });
});

describe('fileUploads', () => {
  const list =
    'query ($first: Int, $after: String, $status: UploadStatus) { fileUploads(first: $first, after: $after, status: $status) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }';

  test('pages through all of them, newest first, each once', async () => {
    const owner = aViewer();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift(await idOf(owner));
    const seen: string[] = [];
    let after: string | null | undefined;
    do {
      const { data } = await uploads.graph(owner, list, { first: 2, after });
      expect(data?.fileUploads?.totalCount).toBe(5);
      seen.push(...(data?.fileUploads?.nodes ?? []).map(({ id }) => id));
      after = data?.fileUploads?.pageInfo.hasNextPage ? data.fileUploads.pageInfo.endCursor : undefined;
    } while (after);
    expect(seen).toEqual(ids);
  });

  test('filters by status', async () => {
    const owner = aViewer();
    const [queued] = [await idOf(owner), await idOf(owner)];
    await recordUpdates(uploads.db, queued, { type: 'queued' }, new Date());
    const { data } = await uploads.graph(owner, list, { status: 'QUEUED' });
    expect(data?.fileUploads).toMatchObject({ nodes: [{ id: queued }], totalCount: 1 });
  });

  test.each([[{ first: 100_000 }], [{ first: -1 }], [{ after: 'garbage' }]])(
    '%j is BAD_USER_INPUT',
    async (variables) => {
      expect((await uploads.graph(ann, list, variables)).errors).toEqual(code('BAD_USER_INPUT'));
    },
  );
});

describe('events', () => {
  const log =
    'query ($id: ID!, $after: Int, $first: Int) { fileUpload(id: $id) { status cursor events(after: $after, first: $first) { cursor } } }';

  test('come after the cursor given, in order, no more than asked for', async () => {
    const id = await idOf();
    await recordUpdates(
      uploads.db,
      id,
      { type: 'failed', counts: { rowsRead: 0, rowsLoaded: 0, rowsRejected: 0 }, problems: [], failure: 'empty' },
      new Date(),
    );
    const read = async (page: object) =>
      (await uploads.graph(ann, log, { id, ...page })).data?.fileUpload?.events.map(({ cursor }) => cursor);
    expect(await read({})).toEqual([1, 2, 3, 4]);
    expect(await read({ after: 1, first: 2 })).toEqual([2, 3]);
    expect(await read({ after: 4 })).toEqual([]);
  });

  test('are told to each of a crowd that asks at once: their own, after their own cursor, if they may', async () => {
    const [own, others] = [await idOf(ann), await idOf(bob)];
    for (const id of [own, others]) await recordUpdates(uploads.db, id, { type: 'queued' }, new Date());
    const ask = async ([viewer, id, after]: readonly [typeof ann, string, number]) => {
      const { data, errors } = await uploads.graph(viewer, log, { id, after });
      return errors?.[0]?.extensions.code ?? data?.fileUpload?.events.map(({ cursor }) => cursor);
    };
    const crowd = [
      [ann, own, 0, [1, 2]],
      [ann, own, 1, [2]],
      [bob, others, 0, [1, 2]],
      [bob, others, 2, []],
      [bob, own, 0, 'FORBIDDEN'],
      [ann, randomUUID(), 0, 'NOT_FOUND'],
      [admin, own, 1, [2]],
    ] as const;
    const asked = Array.from({ length: 5 }, () => crowd).flat();
    expect(await Promise.all(asked.map(([viewer, id, after]) => ask([viewer, id, after])))).toEqual(
      asked.map(([, , , expected]) => expected),
    );
  });

  test.each([[{ first: 1001 }], [{ after: -1 }]])('%j is BAD_USER_INPUT', async (page) => {
    const id = await idOf();
    expect((await uploads.graph(ann, log, { id, ...page })).errors).toEqual(code('BAD_USER_INPUT'));
  });
});

describe('myUploadEvents', () => {
  const log =
    'query ($after: Int, $first: Int) { myUploadEvents(after: $after, first: $first) { ownerCursor cursor upload { id } } }';

  test("are those of all the viewer's uploads, numbered without holes, after the number given", async () => {
    const owner = aViewer({ permissions: ['UPLOAD', 'ADMIN'] });
    const ids = await Promise.all([idOf(owner), idOf(owner), idOf(owner)]);
    await idOf(bob);
    await Promise.all(ids.map((id) => recordUpdates(uploads.db, id, { type: 'queued' }, new Date())));
    const read = async (page: object) => (await uploads.graph(owner, log, page)).data?.myUploadEvents ?? [];
    const events = await read({});
    expect(events.map(({ ownerCursor }) => ownerCursor)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(events.map(({ upload }) => Object(upload).id))).toEqual(new Set(ids));
    expect(await read({ after: 2, first: 3 })).toEqual(events.slice(2, 5));
    expect(await read({ after: 6 })).toEqual([]);
  });

  test('are nobody’s without a token, and no more than 1000 at a time', async () => {
    expect((await uploads.graph(null, log)).errors).toEqual(code('UNAUTHENTICATED'));
    expect((await uploads.graph(ann, log, { first: 1001 })).errors).toEqual(code('BAD_USER_INPUT'));
  });
});

describe('downloads', () => {
  const query = 'query ($id: ID!) { fileUpload(id: $id) { downloadUrl } }';
  async function link(id: string): Promise<string> {
    const { data } = await uploads.graph(ann, query, { id });
    return (data?.fileUpload?.downloadUrl ?? '').replace(uploads.publicUrl, uploads.origin);
  }

  test('a signed URL gives the file as an attachment, whatever its name', async () => {
    const response = await fetch(await link(await idOf(ann, { filename: 'größe".csv' })));
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('hello world');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': '11',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="gr__e.*"; filename\*=UTF-8''gr%C3%B6%C3%9Fe/,
    );
  });

  test('a range of it comes alone', async () => {
    const url = await link(await idOf());
    const part = await fetch(url, { headers: { range: 'bytes=6-8' } });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'wor', 'bytes 6-8/11']);
    expect((await fetch(url, { headers: { range: 'bytes=11-' } })).status).toBe(416);
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe('11');
  });

  test('a token works for its uploader and administrators alone; no token, a broken signature or another file do not', async () => {
    const id = await idOf();
    const url = await link(id);
    const bare = url.replace(/\?.*/, '');
    expect((await fetch(bare, { headers: uploads.headersOf(ann) })).status).toBe(200);
    expect((await fetch(bare, { headers: uploads.headersOf(admin) })).status).toBe(200);
    expect((await fetch(bare, { headers: uploads.headersOf(bob) })).status).toBe(403);
    expect((await fetch(bare)).status).toBe(401);
    expect((await fetch(url.replace(/signature=./, 'signature=!'))).status).toBe(403);
    expect((await fetch(url.replace(id, await idOf()))).status).toBe(403);
  });

  test('a link that does not work says why, as a page to browsers, and without the headers of the file', async () => {
    const id = await idOf();
    const broken = (await link(id)).replace(/signature=./, 'signature=!');
    const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const page = await fetch(broken, { headers: browser });
    expect([page.status, page.headers.get('content-type'), page.headers.get('content-disposition')]).toEqual([
      403,
      'text/html; charset=utf-8',
      null,
    ]);
    expect(await page.text()).toContain('This download link is incomplete or was changed');
    const { fileId } = await uploads.db.client.upload.findUniqueOrThrow({ where: { id } });
    await uploads.files.delete(toUploadName(fileId));
    const missing = await fetch(await link(id), { headers: { range: 'bytes=0-3' } });
    expect(missing.ok).toBe(false);
    expect(missing.headers.get('content-type')).toMatch(/^application\/json/);
    for (const name of ['content-disposition', 'content-range', 'accept-ranges'])
      expect(missing.headers.has(name)).toBe(false);
  });
});
