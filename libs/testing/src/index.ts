export { type FixedClock, fixedClock } from './fixed-clock.ts';
export { type MongoFixture, startMongoFixture } from './mongo-fixture.ts';
export { type SmtpSink, type SmtpSinkOptions, smtpError, startSmtpSink } from './smtp-sink.ts';
export { type StatementCounter, startStatementCounter } from './statement-counter.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export {
  createEmptyDatabase,
  createTestDatabase,
  openTestDatabase,
  type TestDatabase,
} from './test-database.ts';
export { type TestRedis, testRedis } from './test-redis.ts';
export { testServers, uniqueName } from './test-servers.ts';
export { createTestVhost, type TestVhost } from './test-vhost.ts';
export { waitFor } from './wait-for.ts';
