import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createResponseBudget } from './response-budget.ts';

const responseWith = (bytes: number) =>
  Readable.from(Array.from({ length: bytes / 10 }, () => Buffer.alloc(10, 'x'))) as IncomingMessage;

test('a subgraph response over its maximum is UNAVAILABLE and not read further', async () => {
  const budget = createResponseBudget({ maxBytes: 50, maxBytesInFlight: 1_000 });
  expect(await budget.read('boxes', responseWith(50), Promise.resolve())).toHaveLength(50);
  const large = responseWith(10_000);
  await expect(budget.read('boxes', large, Promise.resolve())).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    limit: 'MAX_SUBGRAPH_RESPONSE_BYTES',
  });
  expect(large.destroyed).toBe(true);
  expect(budget.inFlight()).toBe(0);
});

test('responses count until their clients are answered', async () => {
  const budget = createResponseBudget({ maxBytes: 100, maxBytesInFlight: 150 });
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await budget.read('boxes', responseWith(100), answered);
  await expect(budget.read('boxes', responseWith(100), answered)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    limit: 'MAX_RESPONSE_BYTES_IN_FLIGHT',
  });
  answer();
  await answered;
  expect(await budget.read('boxes', responseWith(100), Promise.resolve())).toHaveLength(100);
});
