import { expect, test } from '@jest/globals';
import { isContention, isLostConnection, unavailableDatabase } from './database-errors.ts';

const classify = unavailableDatabase('orders');
const aDriverError = (errno: number) => Object.assign(new Error('refused'), { errno });

test.each([
  ['a time limit of MariaDB', 1969],
  ['a time limit of MySQL', 3024],
  ['too many connections', 1040],
  ['too many connections of the user', 1203],
  ['a used up resource of the user', 1226],
  ['a server that shuts down', 1053],
  ['a network error', 1159],
  ['an aborted connection', 1152],
  ['a session that was idle too long', 4031],
  ['a read-only server', 1290],
  ['a server in read-only mode', 1836],
  ['a failing replication hook', 3100],
  ['a cluster node that is not ready', 1047],
  ['a full disk', 1021],
  ['an interrupted statement', 1317],
  ['a deadlock', 1213],
  ['a lock wait', 1205],
])('%s (%d) is UNAVAILABLE, also through Prisma', (_what, errno) => {
  const throughPrisma = { meta: { driverAdapterError: { cause: { originalCode: String(errno) } } } };
  expect(classify(aDriverError(errno))).toMatchObject({ code: 'UNAVAILABLE' });
  expect(classify(throughPrisma)).toMatchObject({ code: 'UNAVAILABLE' });
});

test.each([1048, 1054, 1062, 1064, 1153, 1264, 1366, 1406, 1451])('%d stays an error of the statement', (errno) => {
  const error = aDriverError(errno);
  expect(classify(error)).toBe(error);
});

test('a lost connection and contention are distinguished', () => {
  expect([1927, 2013, 4031].map((errno) => isLostConnection(aDriverError(errno)))).toEqual([true, true, true]);
  expect([1020, 1213, 3101].map((errno) => isContention(aDriverError(errno)))).toEqual([true, true, true]);
  expect(isLostConnection(aDriverError(1969)) || isContention(aDriverError(1969))).toBe(false);
});
