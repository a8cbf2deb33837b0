import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { openEmploymentDb } from '@tributary/employment-db';
import { openNotificationsDb } from '@tributary/notifications-db';
import { openTestDatabase, waitFor } from '@tributary/testing';
import { aViewer, openUploads } from '../subgraphs/uploads/fixtures/open-uploads.ts';
import { goodPassword } from '../subgraphs/users/fixtures/create-client.ts';
import { openUsers } from '../subgraphs/users/fixtures/open-users.ts';
import { openLoadingBench } from '../workers/csv-loader/fixtures/loading-bench.ts';
import { openPrivateMariadb } from './private-mariadb.ts';

const oddText = `O'Neil \\ "B" \`x\` ü 😀`;

let server: Awaited<ReturnType<typeof openPrivateMariadb>>;

beforeAll(async () => {
  server = await openPrivateMariadb();
  process.env.MARIADB_URL = server.url;
}, 120_000);

afterAll(() => server?.close(), 60_000);

/** Global settings that an operator may have chosen; each affects connections opened afterwards. */
const settings: [string, Record<string, string>][] = [
  ['NO_BACKSLASH_ESCAPES', { sql_mode: "'NO_BACKSLASH_ESCAPES'" }],
  ['ANSI', { sql_mode: "'ANSI,NO_BACKSLASH_ESCAPES'" }],
  ['TRADITIONAL', { sql_mode: "'TRADITIONAL'" }],
  ['an empty sql_mode', { sql_mode: "''" }],
  ['autocommit off', { autocommit: '0', completion_type: "'CHAIN'" }],
  ['another time zone', { time_zone: "'+05:30'" }],
  [
    'latin1',
    { character_set_server: 'latin1', character_set_client: 'latin1', collation_connection: 'latin1_swedish_ci' },
  ],
  ['serializable, read-only transactions', { tx_isolation: "'SERIALIZABLE'", tx_read_only: '1' }],
  [
    'limits for unsafe statements',
    { sql_safe_updates: '1', sql_select_limit: '1', sql_big_selects: '0', max_join_size: '10' },
  ],
  ['small packets', { max_allowed_packet: '1048576' }],
  ['a short wait_timeout', { wait_timeout: '2' }],
  ['a time limit for statements', { max_statement_time: '20' }],
];

afterEach(async () => {
  for (const name of new Set(settings.flatMap(([, values]) => Object.keys(values)))) {
    await server.query(`SET GLOBAL ${name} = DEFAULT`);
  }
});

test.each(settings)('with %s every database is migrated, written and read correctly', async (_name, values) => {
  for (const [name, value] of Object.entries(values)) await server.query(`SET GLOBAL ${name} = ${value}`);
  await Promise.all([useUsers(), useUploads(), useEmployment(), useNotifications()]);
});

async function useUsers() {
  const users = await openUsers();
  try {
    const { user } = await users.signUp({ name: oddText });
    await users.db.query((client) => client.user.update({ where: { id: user.id }, data: { permissions: 'ADMIN' } }));
    for (const end of ["'", "')"]) {
      const answer = await users.logIn(`${end} or permissions like 0x41444d494e25 limit 1 #`, goodPassword);
      expect(answer).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    expect(await users.logIn(user.email)).toMatchObject({ data: { session: { user: { name: oddText } } } });
  } finally {
    await users.close();
  }
}

async function useUploads() {
  const uploads = await openUploads();
  try {
    const viewer = aViewer({ name: oddText });
    const ids = [await uploads.uploaded(viewer, '1,a\n'), await uploads.uploaded(viewer, '2,b\n')];
    const { data } = await uploads.graph(
      viewer,
      '{ fileUploads { nodes { id } pageInfo { hasNextPage endCursor } totalCount } }',
    );
    expect(data?.fileUploads?.nodes.map(({ id }) => id)).toEqual(ids.toReversed());
    const stored = await uploads.db.client.upload.findMany();
    expect(stored).toHaveLength(2);
    for (const { createdAt } of stored) expect(Math.abs(Date.now() - createdAt.getTime())).toBeLessThan(60_000);
    expect(await uploads.leftBehind()).toMatchObject({ uploads: 2, events: 2, messages: 2 });
  } finally {
    await uploads.close();
  }
}

/** Uses more rows than fit into one packet, and an idle connection. */
async function useEmployment() {
  const bench = await openLoadingBench();
  try {
    await bench.load(bench.anUpload('DEPARTMENTS', `1,"${oddText.replaceAll('"', '""')}"\n`));
    await bench.load(bench.anUpload('JOBS', '1,Engineer\n'));
    const hires = Array.from(
      { length: 12_000 },
      (_, index) => `${index + 1},${'ü'.repeat(40)},2021-11-07T02:48:42Z,1,1`,
    );
    await bench.load(bench.anUpload('HIRED_EMPLOYEES', `${hires.join('\n')}\nx,bad \\' row,,1,1\n`));
    const [row] = await bench.db.pool.query(
      `SELECT COUNT(*) AS hires, MIN(e.hired_at) AS hiredAt, MIN(d.name) AS department, (SELECT COUNT(*) FROM rejections) AS rejected,
              (SELECT TIMESTAMPDIFF(SECOND, MAX(updated_at), ?) FROM loads) AS age
         FROM employees e JOIN departments d ON d.id = e.department_id`,
      [new Date().toISOString().replace('T', ' ').slice(0, 19)],
    );
    expect(row).toMatchObject({
      hires: 12_000n,
      hiredAt: '2021-11-07 02:48:42.000',
      department: oddText,
      rejected: 1n,
    });
    expect(Math.abs(Number(row.age))).toBeLessThan(60);
  } finally {
    await bench.close();
  }
}

async function useNotifications() {
  const { db, close } = await openTestDatabase('notifications', openNotificationsDb);
  expect(await db.client.email.count()).toBe(0);
  await close();
}

test('a connection that the server closed because it was idle causes no error', async () => {
  await server.query('SET GLOBAL wait_timeout = 1');
  const { db, close } = await openTestDatabase('employment', openEmploymentDb);
  const session = async () => Number((await db.pool.query('SELECT CONNECTION_ID() AS id'))[0].id);
  const before = await session();
  const isGone = async () => {
    const rows = await server.query(`SELECT 1 FROM information_schema.processlist WHERE id = ${before}`);
    return Array.isArray(rows) && rows.length === 0;
  };
  await waitFor(isGone, { timeoutMs: 10_000, what: 'the idle connection to be closed' });
  await db.pool.query(
    "INSERT INTO departments (id, name, sequence, first_sequence, upload_id) VALUES (1, 'a', 1, 1, 'u')",
  );
  await close();
});
