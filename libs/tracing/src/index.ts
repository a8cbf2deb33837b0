export { traceRedis } from './redis-spans.ts';
export { traceRequests } from './request-spans.ts';
export {
  describeSpan,
  type Headers,
  inSpan,
  isRecorded,
  openSpan,
  pickTraceHeaders,
  recordError,
  traceHeaders,
} from './spans.ts';
export { startTracing } from './tracing.ts';
