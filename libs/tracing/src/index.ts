export { type Headers, inSpan, isRecorded, openSpan } from './in-span.ts';
export { noteError } from './note-error.ts';
export { startTracing } from './start-tracing.ts';
export { describeSpan, pickTraceHeaders, traceHeaders } from './trace-headers.ts';
export { traceRedis } from './trace-redis.ts';
export { traceRequests } from './trace-requests.ts';
