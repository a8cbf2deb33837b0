import { afterAll, expect, test } from '@jest/globals';
import { anInstanceName, runCommand } from './run-command.ts';

const {
  MARIADB_URL: _mariadb,
  RABBITMQ_URL: _rabbitmq,
  RABBITMQ_MANAGEMENT_URL: _management,
  REDIS_URL: _redis,
  ...others
} = process.env;
const env = { ...others, TRIBUTARY_SERVERS: 'private', TRIBUTARY_INSTANCE: anInstanceName('private') };

afterAll(() => runCommand(['run', 'reset', '--', '--yes'], env), 120_000);

test('npm start -- --once starts private servers, loads the samples, prints a summary and exits 0', async () => {
  const output = await runCommand(['start', '--', '--once'], env);
  for (const file of ['departments.csv', 'jobs.csv', 'hired_employees.csv']) expect(output).toContain(file);
  expect(output).toMatch(/MariaDB.*private/i);
  expect(output).toMatch(/RabbitMQ.*private/i);
  expect(output).toMatch(/Redis.*private/i);
  expect(output.match(/COMPLETED/g)?.length).toBeGreaterThanOrEqual(3);
}, 300_000);
