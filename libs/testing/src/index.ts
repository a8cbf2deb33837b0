export { createEmptyDatabase, createTestDatabase, type TestDatabase } from './create-test-database.ts';
export { createTestVhost, type TestVhost } from './create-test-vhost.ts';
export { countStatements, type StatementCounter } from './count-statements.ts';
export { type FixedClock, fixedClock } from './fixed-clock.ts';
export { refusal, type SmtpSink, type SmtpSinkOptions, startSmtpSink } from './smtp-sink.ts';
export { type TestRedis, testRedis } from './test-redis.ts';
export { testServers } from './test-servers.ts';
export { uniqueName } from './unique-name.ts';
export { waitFor } from './wait-for.ts';
