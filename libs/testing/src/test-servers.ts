import { randomBytes } from 'node:crypto';
import { readConfig, urlOf } from '@tributary/core';
import { z } from 'zod';

const servers = z.object({
  MARIADB_URL: urlOf('mysql', 'mariadb').default('mysql://root@127.0.0.1:3306'),
  RABBITMQ_URL: urlOf('amqp', 'amqps').default('amqp://guest:guest@127.0.0.1:5672'),
  RABBITMQ_MANAGEMENT_URL: urlOf('http', 'https').optional(),
  REDIS_URL: urlOf('redis', 'rediss').default('redis://127.0.0.1:6379/0'),
});

/** The servers integration tests use: those of the environment, else the ones a developer's machine usually has. */
export function testServers() {
  return readConfig(servers);
}

/** A name for something on a shared server that no other test run uses; its prefix shows that a test made it. */
export function uniqueName(purpose: string): string {
  return `tributary_test_${randomBytes(5).toString('hex')}_${purpose}`;
}
