import { describe, expect, test } from '@jest/globals';
import type { Outcome } from './broker.ts';
import { decideAction } from './delivery-action.ts';

const now = () => new Date(0);
const message = { content: Buffer.from('{}'), type: 't', messageId: 'm', routingKey: 't', headers: {} };
const live = new AbortController().signal;

describe('decide', () => {
  test.each<[string, Outcome]>([
    ['ack', { ack: true }],
    ['retry', { retryInMs: 1, countsAsAttempt: true }],
    ['deadLetter', { deadLetter: { reason: 'r' } }],
  ])('does what the outcome says: %s', async (expected, outcome) => {
    expect((await decideAction(message, async () => outcome, live, now)).type).toBe(expected);
  });

  test('hands back whatever was not finished when the signal was aborted', async () => {
    const failing = async () => {
      throw new Error('aborted');
    };
    expect(await decideAction(message, failing, AbortSignal.abort(), now)).toEqual({ type: 'requeue' });
    expect(await decideAction(message, async () => ({ ack: true }), AbortSignal.abort(), now)).toEqual({ type: 'ack' });
  });
});
