import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import type { TestClient } from './client.ts';
import { departmentsCsv } from './sample-files.ts';
import type { Stack } from './stack.ts';

interface Access {
  stack: Stack;
  client: TestClient;
  ann: Awaited<ReturnType<TestClient['register']>>;
  /** The administrator's access token. */
  admin: string;
  /** The number of rows, messages and files that an upload could leave. */
  leftBehind: () => Promise<Record<string, number>>;
  /** The same once no upload is in flight. */
  atRest: () => Promise<Record<string, number>>;
}

const meQuery = '{ me { id } }';
const validFile = { content: departmentsCsv, kind: 'DEPARTMENTS' };

/** The tests of tokens, permissions and links that give no access. */
export function describeAccess(run: () => Access): void {
  const accessKey = () => run().stack.environment.ACCESS_TOKEN_PRIVATE_KEY ?? '';
  const claimsOf = (token: string) => jwt.decode(token, { complete: true });

  /** Ann's token, with other claims, key or algorithm. */
  function forge(options: { key?: string; algorithm?: jwt.Algorithm; claims?: object }): string {
    const real = claimsOf(run().ann.token);
    const payload = typeof real?.payload === 'object' ? real.payload : {};
    const { key = accessKey(), algorithm = 'ES256', claims = {} } = options;
    const header = { alg: algorithm, ...(real?.header.kid ? { kid: real.header.kid } : {}) };
    return jwt.sign({ ...payload, ...claims }, key, { algorithm, header });
  }

  function otherKey(): string {
    return generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
  }

  /** A token like the gateway's for one subgraph. */
  function internalToken(
    subgraph: string,
    user: { id: string; email: string },
    permissions = ['UPLOAD', 'QUERY'],
  ): string {
    const claims = { sub: user.id, email: user.email, name: 'Ann Example', permissions };
    return jwt.sign(claims, run().stack.environment.INTERNAL_TOKEN_PRIVATE_KEY ?? '', {
      algorithm: 'ES256',
      issuer: 'tributary-gateway',
      audience: `subgraph:${subgraph}`,
      expiresIn: 60,
    });
  }

  describe('access', () => {
    let before: Record<string, number>;
    beforeEach(async () => {
      before = await run().atRest();
    });

    test('no token: an upload is UNAUTHENTICATED and leaves nothing', async () => {
      const { errors } = await run().client.tryUpload(null, validFile);
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(await run().leftBehind()).toEqual(before);
    });

    const tokens: [string, () => string, RegExp][] = [
      [
        'expired token',
        () => forge({ claims: { iat: Date.now() / 1000 - 1000, exp: Date.now() / 1000 - 100 } }),
        /expired/i,
      ],
      ['token of another key', () => forge({ key: otherKey() }), /token/i],
      ['alg: none', () => forge({ key: '', algorithm: 'none' }), /token/i],
      ['an internal token from outside', () => internalToken('uploads', run().ann), /token/i],
      ['text that is no token', () => 'not.a.token', /token/i],
    ];

    test.each(tokens)(
      '%s: UNAUTHENTICATED with status 401, for a query and an upload, and leaves nothing',
      async (_name, token, text) => {
        for (const answer of [
          await run().client.graph(meQuery, {}, token()),
          await run().client.tryUpload(token(), validFile),
        ]) {
          expect(answer.status).toBe(401);
          expect(answer.errors).toMatchObject([
            { message: expect.stringMatching(text), extensions: { code: 'UNAUTHENTICATED' } },
          ]);
          expect(JSON.stringify(answer.errors)).not.toMatch(/stack|node_modules|127\.0\.0\.1/);
        }
        expect(await run().leftBehind()).toEqual(before);
      },
    );

    test('a subgraph refuses an access token', async () => {
      const response = await fetch(`${run().stack.processes.get('uploads')?.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${run().ann.token}` },
        body: JSON.stringify({ query: '{ fileUploads { totalCount } }' }),
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    });

    test('missing permission: FORBIDDEN, immediately after it was revoked, and leaves nothing', async () => {
      const bob = await run().client.register();
      const query = 'mutation ($id: ID!) { setPermissions(userId: $id, permissions: [QUERY]) { permissions } }';
      expect((await run().client.graph(query, { id: bob.id }, bob.token)).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
      await run().client.data(query, { id: bob.id }, run().admin);
      expect((await run().client.graph(meQuery, {}, bob.token)).errors).toMatchObject([
        { extensions: { code: 'UNAUTHENTICATED' } },
      ]);
      const again = await run().client.login(bob.email, bob.password);
      const { errors } = await run().client.tryUpload(again, validFile);
      expect(errors).toMatchObject([{ message: expect.stringContaining('UPLOAD'), extensions: { code: 'FORBIDDEN' } }]);
      expect(await run().leftBehind()).toEqual(before);
    });

    test('a modified download link is refused with an explanation, as a page for browsers', async () => {
      const { downloadUrl } = await run().client.upload(run().ann.token, validFile);
      const broken = downloadUrl.replace(/signature=./, 'signature=!');
      const refused = await fetch(broken);
      expect([refused.status, refused.headers.get('content-disposition')]).toEqual([403, null]);
      expect(await refused.json()).toMatchObject({
        errors: [{ message: expect.stringContaining('get a new one'), extensions: { code: 'FORBIDDEN' } }],
      });
      const page = await fetch(broken, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
      expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
      expect(await page.text()).toContain('This download link is incomplete or was changed');
      expect((await fetch(downloadUrl.replace(/\?.*/, ''))).status).toBe(401);
    });

    test("someone else's upload: FORBIDDEN by query, entity, subscription and link", async () => {
      const { id, downloadUrl } = await run().client.upload(run().ann.token, validFile);
      const bob = await run().client.register();
      const byQuery = await run().client.graph(
        'query ($id: ID!) { fileUpload(id: $id) { filename } }',
        { id },
        bob.token,
      );
      expect(byQuery.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      await expect(run().client.follow(bob.token, id)).rejects.toThrow('FORBIDDEN');
      expect((await fetch(downloadUrl.replace(/\?.*/, ''), { headers: run().client.bearer(bob.token) })).status).toBe(
        403,
      );

      for (const [subgraph, field] of [
        ['uploads', 'filename'],
        ['employees', 'rejections { totalCount }'],
      ] as const) {
        await run().client.follow(run().ann.token, id);
        const response = await fetch(`${run().stack.processes.get(subgraph)?.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${internalToken(subgraph, bob)}` },
          body: JSON.stringify({
            query: `query ($r: [_Any!]!) { _entities(representations: $r) { ... on FileUpload { ${field} } } }`,
            variables: { r: [{ __typename: 'FileUpload', id }] },
          }),
        });
        expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
      }
      const unknown = await run().client.graph(
        'query ($id: ID!) { fileUpload(id: $id) { filename } }',
        { id: randomUUID() },
        bob.token,
      );
      expect(unknown.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    });

    test('a wrong password and an unknown address get the same response', async () => {
      const query = 'mutation ($e: String!, $p: String!) { login(email: $e, password: $p) { accessToken } }';
      const wrong = await run().client.graph(query, { e: run().ann.email, p: 'not her password' });
      const unknown = await run().client.graph(query, { e: 'nobody@example.com', p: 'not her password' });
      expect(wrong.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(unknown).toEqual(wrong);
    });
  });
}
