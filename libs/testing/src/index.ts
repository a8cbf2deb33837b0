export { countStatements, type StatementCounter } from './count-statements.ts';
export {
  createEmptyDatabase,
  createTestDatabase,
  openTestDatabase,
  type TestDatabase,
} from './create-test-database.ts';
export { createTestVhost, type TestVhost } from './create-test-vhost.ts';
export { type FixedClock, fixedClock } from './fixed-clock.ts';
export { type MongoFixture, startMongoFixture } from './mongo-fixture.ts';
export { refusal, type SmtpSink, type SmtpSinkOptions, startSmtpSink } from './smtp-sink.ts';
export { startTcpProxy, type TcpProxy } from './start-tcp-proxy.ts';
export { type TestRedis, testRedis } from './test-redis.ts';
export { testServers } from './test-servers.ts';
export { uniqueName } from './unique-name.ts';
export { waitFor } from './wait-for.ts';
