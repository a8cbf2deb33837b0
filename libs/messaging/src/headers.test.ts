import { describe, expect, test } from '@jest/globals';
import { continueHeaders, deadLetterHeaders, readHistory, retryHeaders } from './headers.ts';

const now = new Date('2026-01-01T00:00:00.000Z');
const first = { headers: {}, routingKey: 'a.b' };

describe('delivery headers', () => {
  test('read a message without history as its first attempt', () => {
    expect(readHistory(first)).toEqual({ attempt: 1, waits: 0, lastReason: null, routingKey: 'a.b', attemptedAt: [] });
  });

  test('fall back to the first attempt where a header is not what we write', () => {
    expect(readHistory({ ...first, headers: { 'tributary-attempt': 'many', 'tributary-waits': -1 } })).toMatchObject({
      attempt: 1,
      waits: 0,
    });
  });

  test('keep the attempt over waits, and end the row of waits with an attempt that counts', () => {
    const waited = retryHeaders(first, { countsAsAttempt: false, reason: 'down' }, now);
    expect(readHistory({ headers: waited, routingKey: 'queue' })).toMatchObject({
      attempt: 1,
      waits: 1,
      routingKey: 'a.b',
    });
    const tried = retryHeaders({ headers: waited, routingKey: 'queue' }, { countsAsAttempt: true, reason: 'bug' }, now);
    expect(readHistory({ headers: tried, routingKey: 'queue' })).toEqual({
      attempt: 2,
      waits: 0,
      lastReason: 'bug',
      routingKey: 'a.b',
      attemptedAt: [now.toISOString()],
    });
  });

  test("drop the broker's own headers and cut long texts", () => {
    const headers = deadLetterHeaders(
      { headers: { 'x-death': [], mine: 1 }, routingKey: 'a' },
      { reason: 'r'.repeat(9_000) },
      now,
    );
    expect(headers).not.toHaveProperty('x-death');
    expect(headers).toMatchObject({ mine: 1, 'tributary-error': 'r'.repeat(4_000) });
  });
});

test('a message keeps its trace when it is tried again, goes on later or is given up', () => {
  const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'vendor=1' };
  const message = { headers: trace, routingKey: 'key' };
  expect(continueHeaders(message)).toMatchObject(trace);
  expect(retryHeaders(message, { countsAsAttempt: true }, new Date())).toMatchObject(trace);
  expect(deadLetterHeaders(message, { reason: 'why' }, new Date())).toMatchObject(trace);
});
