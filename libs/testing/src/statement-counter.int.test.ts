import { expect, test } from '@jest/globals';
import { openConnection } from '@tributary/database';
import { startStatementCounter } from './statement-counter.ts';
import { testServers } from './test-servers.ts';

test('counts what a real client sends, text and prepared, since it was last asked', async () => {
  const counter = await startStatementCounter(testServers().MARIADB_URL);
  const connection = await openConnection(counter.url);
  try {
    counter.take();
    await connection.query('SELECT 1');
    await connection.execute('SELECT ?', [2]);
    await connection.query(`SELECT '${'x'.repeat(100_000)}'`);
    await connection.ping();
    expect(counter.take()).toBe(3);
    expect(counter.take()).toBe(0);
  } finally {
    await connection.end();
    await counter.close();
  }
});
